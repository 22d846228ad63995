from __future__ import annotations

from typing import Any

import pytest

from asgi_routing import BaseRoute, Match, NoMatchFound, Route, Router, WebSocketRoute
from asgi_types import GUARD, HTTPException, Response


class Prefix(BaseRoute):
    """Fully matches paths that begin with a prefix, and partially those that begin with its upper case."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def matches(self, scope: Any) -> tuple[Match, Any]:
        if scope["path"].startswith(self.prefix):
            return Match.FULL, {"endpoint": self, "path_params": {"rest": scope["path"][len(self.prefix) :]}}
        if scope["path"].startswith(self.prefix.upper()):
            return Match.PARTIAL, {"endpoint": self}
        return Match.NONE, {}

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        await Response(f"rest: {scope.get('path_params', {}).get('rest')}")(scope, receive, send)


async def hello(connection: Any) -> Response:
    return Response(f"hello {connection.path_params}")


def test_the_interface_is_for_subclasses_to_define() -> None:
    route = BaseRoute()
    with pytest.raises(NotImplementedError):
        route.matches({})
    with pytest.raises(NotImplementedError):
        route.url_path_for("name")
    with pytest.raises(NotImplementedError):
        route.handle({}, None, None)
    with pytest.raises(NotImplementedError):
        route.take({}, {})
    assert (route.index_pattern(), route.segment_params(), route.lifespan_app()) == (None, None, None)


def test_no_match_found_names_what_was_asked_for() -> None:
    error = NoMatchFound("user", {"id": 1, "page": 2})
    assert str(error) == 'No route exists for name "user" and params "id, page".'
    assert (error.name, error.path_params) == ("user", {"id": 1, "page": 2})


def test_the_values_of_a_match_are_those_of_starlette() -> None:
    assert [(match.name, match.value) for match in Match] == [("NONE", 0), ("PARTIAL", 1), ("FULL", 2)]


async def test_a_router_takes_any_subclass(drive: Any) -> None:
    prefix = Prefix("/files/")
    router = Router([Route("/files/known", hello), prefix])
    answer = await drive.request(router, "/files/a/b")
    assert answer.text == "rest: a/b"
    assert answer.scope["route"] is prefix
    assert answer.scope["endpoint"] is prefix
    assert (await drive.request(router, "/files/known")).text == "hello {}"
    assert (await drive.request(router, "/other")).status == 404


async def test_a_partial_match_of_a_subclass_is_handled_by_it(drive: Any) -> None:
    prefix = Prefix("/files/")
    answer = await drive.request(Router([prefix]), "/FILES/a")
    assert answer.text == "rest: None"
    assert answer.scope["route"] is prefix
    assert answer.scope["endpoint"] is prefix


async def test_a_route_alone_is_an_application(drive: Any) -> None:
    route = Route("/hello/{name}", hello)
    answer = await drive.request(route, "/hello/ann")
    assert answer.text == "hello {'name': 'ann'}"
    assert answer.scope["route"] is route
    answer = await drive.request(route, "/other")
    assert (answer.status, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    answer = await drive.request(route, "/hello/ann", "POST")
    assert (answer.status, answer.text, answer.headers["allow"]) == (405, "Method Not Allowed", "GET, HEAD")


async def test_a_route_alone_closes_a_websocket_it_does_not_match(drive: Any) -> None:
    answer = await drive.websocket(WebSocketRoute("/chat", object()), "/other")
    assert answer.messages == [{"type": "websocket.close", "code": 1000, "reason": ""}]


async def test_a_route_alone_raises_below_a_guard(drive: Any) -> None:
    with pytest.raises(HTTPException) as raised:
        await drive.request(Route("/", hello), "/other", **{GUARD: object()})
    assert (raised.value.status_code, raised.value.headers) == (404, None)
    with pytest.raises(HTTPException) as raised:
        await drive.request(Route("/", hello), "/", "PUT", **{GUARD: object()})
    assert (raised.value.status_code, raised.value.headers) == (405, {"Allow": "GET, HEAD"})


async def test_a_route_alone_speaks_the_lifespan_protocol(drive: Any) -> None:
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    answer = await drive.events(Route("/", hello), {"type": "lifespan"}, events)
    assert [message["type"] for message in answer.messages] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
