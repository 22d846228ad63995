from __future__ import annotations

import json
import subprocess
import sys

import pytest

APP = """\
from shine import Host, HTTPEndpoint, Mount, Route, Router, Shine, StaticFiles, WebSocketRoute
from shine.middleware import Middleware
from shine.middleware.gzip import GZipMiddleware

async def page(request): ...
async def live(websocket): ...
async def other(scope, receive, send): ...

class Item(HTTPEndpoint):
    async def get(self, request): ...

users = [Route("/{id:int}", page, name="user", methods=["GET", "PUT"]), WebSocketRoute("/live", live)]
app = Shine(
    routes=[
        Route("/", page, name="home"),
        Route("/items/{id}", Item, name="item"),
        Mount("/users", routes=users, name="users"),
        Mount("/static", StaticFiles(directory="static", check_dir=False), name="static"),
        Mount("/other", other, middleware=[Middleware(GZipMiddleware)]),
        Host("api.example.org", Router([Route("/there", page)]), name="api"),
        Host("api.example.org", Router([Route("/lost", page)])),
        Route("/{any}", page, middleware=[Middleware(GZipMiddleware)]),
        Route("/late", page),
    ],
    middleware=[Middleware(GZipMiddleware)],
)
plain = Router([Route("/", page)])
wrapped = GZipMiddleware(plain)
empty = Router()
odd = Router(default=other)
polite = Router([Route("/", page)], automatic_options=True)
def make():
    return plain
def nothing():
    return None
"""


ODD = """
from shine.routing import BaseRoute

APP = None
number = 3
text = "no list"

class Around:
    async def __call__(self, scope, receive, send): ...

class Endless(Around):
    def __getattr__(self, name):
        if name != "app":
            raise AttributeError(name)
        return Endless()

class Failing(Around):
    @property
    def routes(self): return 1 / 0

class Unsure(BaseRoute):
    def matches(self, scope): return 1 / 0

itself = Around()
itself.app = itself
endless = Endless()
starlette = [type("Route", (), {"__module__": "starlette.routing", "path": "/"})()]
failing = Failing()
unsure = Router([Unsure()])
"""


@pytest.fixture(autouse=True)
def shop_fixture(folder):
    (folder / "shop.py").write_text(APP)


def table(text):
    """The cells of a table, whose columns are at least two blanks apart."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_the_table(shine):
    ended = shine("routes", "shop:app")
    assert (ended.code, ended.err) == (0, "")
    assert table(ended.out) == [
        ["Around all routes: GZipMiddleware"],
        [],
        ["METHODS", "HOST", "PATH", "NAME", "ENDPOINT", "MIDDLEWARE"],
        ["GET", "/", "home", "shop:page"],
        ["*", "/items/{id}", "item", "shop:Item"],
        ["MOUNT", "/users", "users", "shine.routing:Router"],
        ["GET,PUT", "/users/{id:int}", "users:user", "shop:page"],
        ["WEBSOCKET", "/users/live", "users:live", "shop:live"],
        ["MOUNT", "/static", "static", "StaticFiles of static"],
        ["MOUNT", "/other", "shop:other", "GZipMiddleware"],
        ["HOST", "api.example.org", "/", "api", "shine.routing:Router"],
        ["GET", "api.example.org", "/there", "api:page", "shop:page"],
        ["! HOST", "api.example.org", "/", "shine.routing:Router"],
        ["GET", "api.example.org", "/lost", "page", "shop:page"],
        ["GET", "/{any}", "page", "shop:page", "GZipMiddleware"],
        ["! GET", "/late", "page", "shop:page"],
        [],
        ["! api.example.org is never reached: api.example.org comes first"],
        ["! GET /late is never reached: /{any} comes first"],
    ]


def test_columns_stand_below_each_other_and_mounts_around_what_is_in_them(shine):
    lines = shine("routes", "shop:app").out.splitlines()[2:-3]
    assert {line.index("shop:") for line in lines if "shop:" in line} == {lines[0].index("ENDPOINT")}
    place = lines[0].index("PATH")
    assert [line[place:].split()[0] for line in lines if line[place:].startswith("  /")] == [
        "/users/{id:int}",
        "/users/live",
        "/there",
        "/lost",
    ]


def test_a_column_that_nobody_needs_is_left_out(shine):
    assert shine("routes", "shop:plain").out == "METHODS  PATH  NAME  ENDPOINT\nGET      /     page  shop:page\n"
    assert shine("routes", "shop:make", "--factory").out == shine("routes", "shop:plain").out


def test_an_application_without_routes_and_one_that_can_have_none(shine):
    assert shine("routes", "shop:empty").out == "There are no routes.\n"


@pytest.mark.parametrize(
    ("app", "told"),
    [
        ("other", " has no routes to list: a function may answer anything"),
        ("make", " has no routes to list: a function may answer anything; if it makes the application, give --factory"),
        ("Item", " has no routes to list: a class may answer anything; if it makes the application, give --factory"),
        ("itself", " has no routes to list: an object of Around may answer anything"),
        ("endless", " has no routes to list: an object of Endless may answer anything"),
        ("number", " is 3, which is no application"),
        ("APP", " is None, which is no application"),
        ("text", " is 'no list', which is no application"),
    ],
)
def test_what_has_no_routes(shine, folder, app, told):
    (folder / "odd.py").write_text(APP + ODD)
    ended = shine("routes", f"odd:{app}")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"shine routes: odd:{app}{told}\n"


def test_a_factory_that_makes_no_application(shine):
    assert shine("routes", "shop:nothing", "--factory") == (
        1,
        "",
        "shine routes: shop:nothing is None, which is no application\n",
    )


def test_what_cannot_be_checked_is_not_found_to_be_well(shine, folder):
    (folder / "odd.py").write_text(APP + ODD)
    ended = shine("routes", "odd:starlette", "--check")
    assert ended.code == 1
    assert ended.err == (
        "shine routes: Starlette's own routes are 1 of these: whether they are reached is only known with "
        "--as-starlette\n"
    )
    assert shine("routes", "odd:starlette") == (0, ended.out, "")


def test_an_application_that_fails_when_it_is_asked(shine, folder):
    (folder / "odd.py").write_text(APP + ODD)
    ended = shine("routes", "odd:failing")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("shine routes: odd:failing could not be asked for its routes:\nTraceback")
    assert ended.err.endswith("ZeroDivisionError: division by zero\n")
    ended = shine("routes", "odd:unsure", "--path=/x")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("shine routes: a route of odd:unsure could not be asked for /x:\nTraceback")


def test_middleware_around_the_application_is_looked_through(shine):
    assert shine("routes", "shop:wrapped").out.startswith("Around all routes: GZipMiddleware\n\nMETHODS ")


@pytest.mark.parametrize(("app", "code"), [("shop:app", 1), ("shop:plain", 0)])
def test_a_check_fails_if_a_route_is_never_reached(shine, app, code):
    assert shine("routes", app, "--check").code == code


def test_for_programs(shine):
    found = json.loads(shine("routes", "shop:app", "--json").out)
    assert found["middleware"] == ["GZipMiddleware"]
    assert found["routes"][3] == {
        "kind": "http",
        "depth": 1,
        "methods": ["GET", "HEAD", "PUT"],
        "host": "",
        "path": "/users/{id:int}",
        "name": "users:user",
        "endpoint": "shop:page",
        "middleware": [],
        "conflicts": [],
    }
    assert found["routes"][-1]["conflicts"] == [{"kind": "shadowed", "methods": ["GET", "HEAD"], "path": "/{any}"}]


ANSWERS = {
    ("shop:app", "/users/7"): """\
GET /users/7 is answered by this route:
  MOUNT  /users  shine.routing:Router
  GET,PUT  /users/{id:int}  shop:page
with id=7
""",
    ("shop:app", "/", "--host", "api.example.org:8000", "--method", "head"): """\
HEAD / is answered by this route:
  GET  /  shop:page
""",
    ("shop:app", "/other/x"): """\
GET /other/x goes to this application, which has no routes to look at:
  MOUNT  /other  shop:other
""",
    ("shop:odd", "/x"): """\
GET /x matches no route; the router's default answers: other
""",
    ("shop:app", "/users/live", "--method=websocket"): """\
WEBSOCKET /users/live is answered by this route:
  MOUNT  /users  shine.routing:Router
  WEBSOCKET  /users/live  shop:live
""",
}

REFUSALS = {
    ("shop:app", "/users/7", "--method", "POST"): """\
POST /users/7 is a 405: only the method does not fit. Allow: GET, HEAD, PUT
  MOUNT  /users  shine.routing:Router
  GET,PUT  /users/{id:int}  shop:page
""",
    ("shop:app", "/users/7/"): """\
GET /users/7/ is a 307 to /users/7, which matches:
  MOUNT  /users  shine.routing:Router
  GET,PUT  /users/{id:int}  shop:page
""",
    ("shop:app", "/users/ann"): """\
GET /users/ann is a 404: no route matches below this mount:
  MOUNT  /users  shine.routing:Router
""",
    ("shop:app", "/a/b/c"): """\
GET /a/b/c is a 404: no route matches.
""",
    ("shop:polite", "/", "--method=OPTIONS"): """\
OPTIONS / is answered by the router with 204. Allow: GET, HEAD, OPTIONS
""",
}


@pytest.mark.parametrize("given", [*ANSWERS, *REFUSALS], ids=" ".join)
def test_who_answers_a_path(shine, given):
    app, path, *more = given
    ended = shine("routes", app, "--path", path, *more)
    assert ended.err == ""
    assert ended.out == {**ANSWERS, **REFUSALS}[given]
    assert ended.code == (0 if given in ANSWERS or "OPTIONS" in given[-1] else 1)


def test_a_host_is_on_the_way(shine, folder):
    (folder / "hosts.py").write_text(
        "from shine import Host, Mount, Route, Router\nasync def page(request): ...\n"
        "inner = Router([Mount('/in', routes=[Route('/x', page)])])\napp = Router([Host('{n}.org', inner)])\n"
    )
    assert shine("routes", "hosts:app", "--path=/in/x", "--host=a.org").out == (
        "GET /in/x is answered by this route:\n"
        "  HOST  {n}.org  shine.routing:Router\n"
        "  MOUNT  /in  shine.routing:Router\n"
        "  GET  /in/x  hosts:page\n"
        "with n='a'\n"
    )


def test_who_answers_for_programs(shine):
    found = json.loads(shine("routes", "shop:app", "--path=/users/7", "--json").out)
    assert found == {
        "kind": "route",
        "status": None,
        "trail": [
            {"kind": "mount", "path": "/users", "name": "users", "endpoint": "shine.routing:Router"},
            {"kind": "http", "path": "/{id:int}", "name": "user", "endpoint": "shop:page"},
        ],
        "params": {"id": "7"},
        "allow": [],
        "location": "",
    }


def test_a_path_begins_with_a_slash(shine):
    ended = shine("routes", "shop:app", "--path", "users")
    assert (ended.code, ended.err) == (2, "shine routes: --path is 'users': a path begins with a slash\n")


FASTAPI = """\
from fastapi import APIRouter, FastAPI

users = APIRouter(prefix="/users")

@users.get("/{id}")
async def user(id: int): ...

app = FastAPI(openapi_url=None)
app.include_router(users)
app.mount("/sub", FastAPI(openapi_url=None))
"""


@pytest.mark.parametrize("options", [[], ["--as-starlette"]], ids=["on Starlette", "on shine"])
def test_an_application_of_fastapi(folder, options):
    pytest.importorskip("fastapi")
    (folder / "api.py").write_text(FASTAPI)
    command = [sys.executable, "-m", "shine", "routes", "api:app", *options]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    assert table(done.stdout) == [
        ["METHODS", "PATH", "NAME", "ENDPOINT"],
        ["GET", "/users/{id}", "user", "api:user"],
        ["MOUNT", "/sub", "fastapi.applications:FastAPI"],
    ]
    done = subprocess.run([*command, "--path=/users/7"], cwd=folder, check=False, capture_output=True, text=True)
    assert done.stdout.startswith("GET /users/7 is answered by this route:\n  GET  /users/{id}  api:user\n")


HIDDEN = (
    FASTAPI
    + """
@users.get("/me")
async def me(): ...

@app.head("/users/me")
async def is_there(): ...

@app.get("/users/late")
async def late(): ...

@app.websocket("/live/{id}")
async def live(id: str): ...

@app.websocket("/live/now")
async def now(): ...
"""
)


def test_routes_of_fastapi_that_are_never_reached(folder):
    pytest.importorskip("fastapi")
    (folder / "api.py").write_text(HIDDEN)
    command = [sys.executable, "-m", "shine", "routes", "api:app", "--check"]
    done = subprocess.run([*command, "--as-starlette"], cwd=folder, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line for line in done.stdout.splitlines() if line.startswith("! ")][3:] == [
        "! GET /users/me is never reached: /users/{id} comes first",
        "! GET /users/late is never reached: /users/{id} comes first",
        "! WEBSOCKET /live/now is never reached: /live/{id} comes first",
    ]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "shine routes: Starlette's own routes are 7 of these: whether they are reached is only known with "
        "--as-starlette\n"
    )
    plain = subprocess.run(command[:-1], cwd=folder, check=False, capture_output=True, text=True)
    assert (plain.returncode, plain.stderr) == (0, "")
