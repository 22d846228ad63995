from __future__ import annotations

from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shine import Host, Mount, PlainTextResponse, Request, Route, Router, Shine, WebSocketRoute
from shine._cli.inspection.dry_match import dry_match, dry_scope
from shine.routing import BaseRoute, Match


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.scope['route'].name} {request.path_params}")


async def live(websocket: Any) -> None: ...


class App:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("app")(scope, receive, send)


class Own(App):
    """What a router answers with in place of a 404."""


class OwnWay(BaseRoute):
    """Matches by a way of its own, for some methods only, and cannot tell which."""

    def matches(self, scope: Any) -> Any:
        if scope["path"] != "/own":
            return Match.NONE, {}
        return (Match.FULL if scope["method"] == "GET" else Match.PARTIAL), {}


api = Router(
    [
        Route("/users", page, name="users"),
        Route("/users/{id:int}", page, name="user", methods=["GET", "PUT"]),
        Route("/users/{id:int}", page, name="remove", methods=["DELETE"]),
        Route("/slash/", page, name="slash"),
        WebSocketRoute("/live", live, name="live"),
    ]
)
strict = Router([Route("/a", page)], redirect_slashes=False, automatic_options=True, default=Own())
app = Shine(
    routes=[
        Route("/", page, name="home"),
        Mount("/api", api, name="api"),
        Mount("/strict", strict, name="strict"),
        Mount("/app", App(), name="app"),
        Mount("/empty", Router(), name="empty"),
        Host("{name}.example.org", Router([Route("/here", page, name="here")]), name="host"),
        Mount("/loose", Router([Route("/a", page, name="a"), Route("/b", page, methods=["PUT"])]), fall_through=True),
        Route("/loose/b", page, name="b", methods=["POST"]),
        Route("/loose/c", page, name="c"),
        OwnWay(),
    ]
)
app.router.redirect_slashes = 308


def asked(path: str, method: str = "GET", host: str = "localhost") -> tuple[Any, ...]:
    verdict = dry_match(app, dry_scope(path, method, host))
    return verdict.kind, verdict.status, [entry.name for entry in verdict.trail]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (("/",), ("route", None, ["home"])),
        (("/?x=/api",), ("route", None, ["home"])),
        (("/api/users",), ("route", None, ["api", "users"])),
        (("/api/users/7", "delete"), ("route", None, ["api", "remove"])),
        (("/api/users/7", "POST"), ("method not allowed", 405, ["api", "user", "remove"])),
        (("/api/users/x",), ("not found", 404, ["api"])),
        (("/api/users/",), ("redirect", 307, ["api", "users"])),
        (("/api/users///",), ("redirect", 307, ["api", "users"])),
        (("/api/slash",), ("redirect", 307, ["api", "slash"])),
        (("/api",), ("redirect", 308, ["api"])),
        (("/api/live", "WEBSOCKET"), ("route", None, ["api", "live"])),
        (("/api/live/", "websocket"), ("not found", 404, ["api"])),
        (("/api/live",), ("not found", 404, ["api"])),
        (("/strict/a/",), ("default", None, ["strict"])),
        (("/strict/a", "OPTIONS"), ("options", 204, ["strict"])),
        (("/strict/a", "PUT"), ("method not allowed", 405, ["strict", "page"])),
        (("/app/any/thing",), ("app", None, ["app"])),
        (("/empty/x",), ("not found", 404, ["empty"])),
        (("/here",), ("not found", 404, [])),
        (("/here", "GET", "shop.example.org"), ("route", None, ["host", "here"])),
        (("/loose/a",), ("route", None, ["", "a"])),
        (("/loose/b", "POST"), ("route", None, ["b"])),
        (("/loose/b",), ("method not allowed", 405, ["b"])),
        (("/loose/c",), ("route", None, ["c"])),
        (("/missing",), ("not found", 404, [])),
        (("//",), ("not found", 404, [])),
        (("/own",), ("route", None, [""])),
        (("/own", "PUT"), ("method not allowed", 405, [""])),
    ],
    ids=str,
)
def test_who_answers(request_, answer):
    assert asked(*request_)[:2] == answer[:2]
    assert [name.rpartition(":")[2] for name in asked(*request_)[2]] == answer[2]


def test_what_is_told_of_an_answer():
    found = dry_match(app, dry_scope("/api/users/7", "GET", "x"))
    assert found.params == {"id": 7}
    assert dry_match(app, dry_scope("/api/users/7", "POST", "x")).allow == ("DELETE", "GET", "HEAD", "PUT")
    assert dry_match(app, dry_scope("/loose/b", "GET", "x")).allow == ("POST", "PUT")
    assert dry_match(app, dry_scope("/strict/a", "PUT", "x")).allow == ("GET", "HEAD", "OPTIONS")
    assert dry_match(app, dry_scope("/api/users/", "GET", "x")).location == "/api/users"
    assert dry_match(app, dry_scope("/strict/x", "GET", "x")).default == "Own"


def test_a_path_stands_as_in_a_url():
    router = Router([Route("/a b/{name}", page)])
    assert dry_match(router, dry_scope("/a%20b/Zo%C3%AB?x", "GET", "x")).params == {"name": "Zoë"}


def test_an_encoded_slash_is_no_slash_where_the_router_says_so():
    routes = [Route("/{name}", page)]
    scope = dry_scope("/a%2Fb", "GET", "x")
    assert dry_match(Router(routes), dict(scope)).kind == "not found"
    assert dry_match(Router(routes, raw_path=True), dict(scope)).params == {"name": "a/b"}


PATHS = st.lists(st.sampled_from(["", "api", "users", "7", "slash", "strict", "a", "b", "loose", "empty", "app"]))
METHODS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "OPTIONS"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it holds nothing
@given(PATHS, METHODS)
def test_it_is_what_the_application_does(drive, parts, method):
    path = "/" + "/".join(parts)
    verdict = dry_match(app, dry_scope(path, method, "localhost"))
    answer = anyio.run(drive.request, app, path, method)
    if verdict.kind == "route":
        assert answer.text == f"{verdict.trail[-1].route.name} {verdict.params}"
    elif verdict.kind in ("app", "default"):
        assert answer.text == "app"
    else:
        assert answer.status == verdict.status
        if verdict.allow:
            assert answer.headers["allow"] == ", ".join(verdict.allow)


def test_routes_that_fastapi_has_included():
    fastapi = pytest.importorskip("fastapi")
    router = fastapi.APIRouter(prefix="/users")
    router.add_api_route("/{id}", print, name="user")
    whole = fastapi.FastAPI()
    whole.include_router(router, prefix="/v1")
    found = dry_match(whole, dry_scope("/v1/users/7", "GET", "x"))
    assert (found.kind, [entry.name for entry in found.trail]) == ("route", ["user"])
    assert dry_match(whole, dry_scope("/v1/users/7", "PUT", "x")).allow == ("GET",)
    assert dry_match(whole, dry_scope("/v2", "GET", "x")).status == 404
