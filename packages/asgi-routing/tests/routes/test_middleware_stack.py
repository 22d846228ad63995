"""Middleware of a route, a mount and a router, and the limits of their bodies."""

from __future__ import annotations

import math
from typing import Any

import pytest

from asgi_routing import Host, Mount, Route, Router, WebSocketRoute
from asgi_types import GUARD, MAX_BODY_SIZE, HTTPConnection, HTTPException, Response


class Mark:
    """Adds its mark to what is seen on the way in, and to the header ``x-marks`` on the way out."""

    def __init__(self, app: Any, mark: str, *, after: str = "") -> None:
        self.app = app
        self.mark = mark + after

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {}).setdefault("marks", []).append(self.mark)

        async def marked(message: Any) -> None:
            if "headers" in message:
                message = {**message, "headers": [*message["headers"], (b"x-marks", self.mark.encode())]}
            await send(message)

        await self.app(scope, receive, marked)


class Triple:
    """What unpacks as asgi-middleware's Middleware does."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __iter__(self) -> Any:
        return iter(self.parts)


def mark(name: str) -> Any:
    return (Mark, (name,), {})


async def answer(connection: HTTPConnection[Any]) -> Response:
    return Response(" ".join(connection.scope["state"]["marks"]))


async def test_the_first_is_outermost_and_each_level_has_its_own(drive: Any) -> None:
    routes = [Route("/x", answer, middleware=[mark("route1"), Triple(Mark, ("route",), {"after": "2"})])]
    router = Router([Mount("/m", routes=routes, middleware=[mark("mount")])], middleware=[mark("router")])
    got = await drive.request(router, "/m/x")
    assert got.text == "router mount route1 route2"
    assert got.headers.getlist("x-marks") == ["route2", "route1", "mount", "router"]


async def test_websockets_and_lifespans(drive: Any) -> None:
    class Socket:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept", "subprotocol": scope["state"]["marks"][0]})
            await send({"type": "websocket.close", "code": 1000})

    router = Router([WebSocketRoute("/ws", Socket(), middleware=[mark("a")])])
    assert (await drive.websocket(router, "/ws", state={})).messages[0]["subprotocol"] == "a"
    seen = []

    class Watch:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["type"])
            await self.app(scope, receive, send)

    router = Router(middleware=[(Watch, (), {})])
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    messages = (await drive.events(router, {"type": "lifespan"}, events)).messages
    assert (seen, [message["type"] for message in messages]) == (
        ["lifespan"],
        ["lifespan.startup.complete", "lifespan.shutdown.complete"],
    )


@pytest.mark.parametrize("place", ["route", "mount", "router"])
async def test_a_refusal_is_an_answer_to_the_middleware_where_a_guard_makes_it_one(drive: Any, place: str) -> None:
    async def refusing(connection: HTTPConnection[Any]) -> Response:
        raise HTTPException(404, "none")

    around: Any = {"middleware": [mark("m")]}
    route = Route("/m/x", refusing, **(around if place == "route" else {}))
    router = {
        "route": lambda: Router([route]),
        "mount": lambda: Router([Mount("/m", routes=[Route("/x", refusing)], **around)]),
        "router": lambda: Router([route], **around),
    }[place]()

    async def guard(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except HTTPException as exc:
            await Response(f"guarded {exc.detail}", exc.status_code)(scope, receive, send)

    got = await drive.request(router, "/m/x", **{GUARD: guard})
    assert (got.text, got.headers["x-marks"]) == ("guarded none", "m")
    got = await drive.request(router, "/m/x")
    assert (got.text, got.headers["x-marks"]) == ("none", "m")


async def reads(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while (message := await receive())["more_body"]:
        body += message["body"]
    await Response(f"{len(body + message['body'])} of {scope[MAX_BODY_SIZE]}")(scope, receive, send)


async def test_the_limit_of_a_body_is_that_of_the_innermost(drive: Any) -> None:
    class App:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await reads(scope, receive, send)

    routes = [
        Route("/small", App(), max_body_size=2),
        Route("/large", App(), max_body_size=8),
        Route("/none", App(), max_body_size=math.inf),
        Route("/same", App(), max_body_size=None),
        Route("/mount", App()),
    ]
    router = Router([Mount("/m", routes=routes, max_body_size=4), Route("/router", App())], max_body_size=6)
    for path, limit in [("/m/small", 2), ("/m/mount", 4), ("/m/same", 4), ("/router", 6), ("/m/large", 8)]:
        assert (await drive.request(router, path, "POST", body=[b"x"] * limit)).text == f"{limit} of {limit}"
        got = await drive.request(router, path, "POST", body=[b"x"] * (limit + 1))
        assert (got.status, got.text) == (413, f"The body is larger than the limit of {limit} bytes.")
    assert (await drive.request(router, "/m/none", "POST", body=[b"x"] * 100)).text == "100 of None"


@pytest.mark.parametrize(
    "make",
    [
        lambda limit: Route("/", reads, max_body_size=limit),
        lambda limit: Mount("/", reads, max_body_size=limit),
        lambda limit: Host("h", reads, max_body_size=limit),
        lambda limit: Router(max_body_size=limit),
        lambda limit: Router().get("/", max_body_size=limit)(reads),
    ],
)
@pytest.mark.parametrize("limit", [-1, True, 1.5, math.nan, "4", ...])
def test_what_is_no_limit_is_refused(make: Any, limit: Any) -> None:
    with pytest.raises(ValueError, match=r"^max_body_size is .*: give a number of bytes, or math\.inf for no limit\.$"):
        make(limit)


def test_none_puts_nothing_around() -> None:
    assert Mount("/", reads, max_body_size=None).app is reads
    assert Host("h", reads, max_body_size=None).app is reads
