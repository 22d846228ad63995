"""Cookies that Starlette's own middleware has written are read, and the other way round; over raw ASGI."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
import pytest
from itsdangerous import TimestampSigner
from starlette.applications import Starlette
from starlette.datastructures import Secret
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware as StarlettesMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asgi_sessions import SessionMiddleware

NAMES = "session", "sid", "__Host-session"
SECRETS = "a secret of the test", Secret("a secret of the test"), "z\u00fcrich \N{SNOWMAN}"
SESSIONS: list[dict[str, Any]] = [
    {"user": "ann"},
    {"user": "Zo\u00eb \N{SNOWMAN} \N{PILE OF POO}", "\u00e4": "\ud800"},
    {"cart": [1, 2.5, None, True, {"deep": [[[]]]}], "": "", "big": 2**70},
    {"text": "x" * 2000},
    {"quotes": "\"';,\\ =\r\n\0"},
]

Application = Callable[[Any, Any, Any], Awaitable[None]]


async def show(request: Request) -> Response:
    return Response(json.dumps(request.session))


async def keep(request: Request) -> Response:
    request.session.update(json.loads(await request.body()))
    return Response()


async def clear(request: Request) -> Response:
    request.session.clear()
    return Response()


ROUTES = [Route("/", show), Route("/", keep, methods=["PUT"]), Route("/", clear, methods=["DELETE"])]


def theirs(secret: Any, **options: Any) -> Application:
    return Starlette(routes=ROUTES, middleware=[Middleware(StarlettesMiddleware, secret_key=secret, **options)])


def ours(secret: Any, **options: Any) -> Application:
    middleware: Any = SessionMiddleware  # type checkers know Starlette's types of applications, and ours
    return Starlette(routes=ROUTES, middleware=[Middleware(middleware, secret_key=secret, **options)])


def ask(app: Application, method: str, jar: dict[str, str], body: bytes = b"") -> tuple[bytes, dict[str, str]]:
    """The body of the answer, and the attributes of the cookie it sets, which goes into the jar."""
    messages: list[Any] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        messages.append(message)

    cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
    headers = [(b"host", b"a.example"), (b"cookie", cookies.encode("latin-1"))]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": headers}
    anyio.run(app, scope, receive, send)
    assert messages[0]["status"] == 200
    set_cookies = [value.decode("latin-1") for name, value in messages[0]["headers"] if name == b"set-cookie"]
    attributes: dict[str, str] = {}
    for cookie in set_cookies:
        pair, _, rest = cookie.partition("; ")
        name, _, jar[name] = pair.partition("=")
        attributes = dict(part.partition("=")[::2] for part in rest.split("; "))
    return b"".join(message.get("body", b"") for message in messages[1:]), attributes


@pytest.mark.parametrize("session", SESSIONS, ids=range(len(SESSIONS)))
@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
@pytest.mark.parametrize("name", NAMES)
def test_there_and_back(name: str, secret: Any, session: dict[str, Any]) -> None:
    options = {"session_cookie": name, "https_only": name.startswith("__Host-")}
    for writer, reader in ((ours, theirs), (theirs, ours)):
        jar: dict[str, str] = {}
        body = json.dumps(session).encode()
        _, written = ask(writer(secret, **options), "PUT", jar, body)
        assert [*jar] == [name]
        assert json.loads(ask(reader(secret, **options), "GET", jar)[0]) == session
        _, again = ask(reader(secret, **options), "PUT", jar, b'{"again": 1}')
        assert json.loads(ask(writer(secret, **options), "GET", jar)[0]) == {**session, "again": 1}
        assert written == again
        _, removed = ask(reader(secret, **options), "DELETE", jar)
        assert (jar[name], removed["expires"]) == ("null", "Thu, 01 Jan 1970 00:00:00 GMT")
        assert json.loads(ask(writer(secret, **options), "GET", jar)[0]) == {}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_age": 60},
        {"max_age": None},
        {"path": "/app", "same_site": "strict"},
        {"https_only": True, "domain": "a.example"},
    ],
)
def test_both_set_the_same_attributes(options: dict[str, Any]) -> None:
    for method in ("PUT", "DELETE"):
        jar = {"session": TimestampSigner("secret").sign("eyJhIjogMX0=").decode()}
        set_by = [ask(kind("secret", **options), method, dict(jar), b'{"a": 2}')[1] for kind in (ours, theirs)]
        assert set_by[0] == set_by[1] != {}


@pytest.mark.parametrize(("passed", "is_read"), [(0, True), (59, True), (60, True), (61, False), (10**8, False)])
def test_both_read_it_up_to_the_same_second(monkeypatch: pytest.MonkeyPatch, passed: int, is_read: bool) -> None:
    now = 1_800_000_000
    monkeypatch.setattr("asgi_sessions._cookies.sealed_session.time", lambda: now)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now)
    jars: list[dict[str, str]] = [{}, {}]
    for kind, jar in zip((ours, theirs), jars, strict=True):
        ask(kind("secret", max_age=60), "PUT", jar, b'{"a": 1}')
    now += passed
    for kind in (ours, theirs):
        for jar in jars:
            assert json.loads(ask(kind("secret", max_age=60), "GET", dict(jar))[0]) == ({"a": 1} if is_read else {})


@pytest.mark.parametrize("place", [0, 5, -1, -5, -30, -35])
def test_both_refuse_what_was_altered(place: int) -> None:
    jar: dict[str, str] = {}
    ask(theirs("secret"), "PUT", jar, b'{"user": "ann"}')
    value = [*jar["session"]]
    value[place] = "B" if value[place] != "B" else "C"
    if place == -1:  # of its bits two mean nothing
        value[place] = "A" if jar["session"][-1] != "A" else "E"
    for kind in (ours, theirs):
        assert json.loads(ask(kind("secret"), "GET", {"session": "".join(value)})[0]) == {}
