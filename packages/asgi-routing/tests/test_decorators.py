"""Routes by decorators are the routes that lists are made of."""

from __future__ import annotations

from typing import Any

import pytest

from asgi_routing import Route, RouteDecorators, Router, WebSocketRoute
from asgi_types import HTTPConnection, Response


@pytest.mark.parametrize(
    ("decorator", "methods"),
    [
        ("get", {"GET", "HEAD"}),
        ("head", {"HEAD"}),
        ("post", {"POST"}),
        ("put", {"PUT"}),
        ("patch", {"PATCH"}),
        ("delete", {"DELETE"}),
        ("options", {"OPTIONS"}),
        ("query", {"QUERY"}),
    ],
)
async def test_a_decorator_for_each_method(drive: Any, decorator: str, methods: set[str]) -> None:
    router = Router()

    @getattr(router, decorator)("/x/{id:int}", name="x", include_in_schema=False)  # type: ignore[untyped-decorator]
    async def endpoint(connection: HTTPConnection[Any]) -> Response:
        return Response(f"{connection.path_params}")

    [route] = router.routes
    assert isinstance(route, Route)
    assert (route.endpoint, route.methods, route.name, route.include_in_schema) == (endpoint, methods, "x", False)
    for method in ("GET", "POST", "QUERY", "HEAD"):
        assert (await drive.request(router, "/x/1", method)).status == (200 if method in methods else 405)


async def test_route_takes_several_methods_and_the_further_parameters(drive: Any) -> None:
    class Limit:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await Response("middleware")(scope, receive, send)

    router = Router()

    @router.route("/a", methods=["PUT", "PATCH"], middleware=[(Limit, (), {})], max_body_size=10)
    @router.route("/b")
    async def both(connection: HTTPConnection[Any]) -> Response:
        return Response("endpoint")

    assert router.routes == [Route("/b", both), Route("/a", both, methods=["PUT", "PATCH"])]
    assert (await drive.request(router, "/a", "PUT")).text == "middleware"
    assert (await drive.request(router, "/b")).text == "endpoint"


async def test_websockets_by_both_names(drive: Any) -> None:
    class Socket:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 1000})

    socket = Socket()
    router = Router()
    assert router.websocket("/ws", name="first")(socket) is socket
    assert router.websocket_route("/old", name="second")(socket) is socket
    assert router.routes == [WebSocketRoute("/ws", socket), WebSocketRoute("/old", socket)]
    assert [router.url_path_for(name) for name in ("first", "second")] == ["/ws", "/old"]
    assert (await drive.websocket(router, "/old")).messages[0]["type"] == "websocket.accept"


def test_a_class_of_ones_own_adds_the_routes() -> None:
    class Prefixed(RouteDecorators):
        def __init__(self) -> None:
            self.router = Router()

        def add_route(self, path: str, *args: Any, **kwargs: Any) -> None:
            self.router.add_route(f"/v1{path}", *args, **kwargs)

        def add_websocket_route(self, path: str, *args: Any, **kwargs: Any) -> None:
            self.router.add_websocket_route(f"/v1{path}", *args, **kwargs)

    prefixed = Prefixed()

    @prefixed.get("/a")
    async def endpoint(connection: HTTPConnection[Any]) -> Response:
        return Response()

    assert prefixed.router.routes == [Route("/v1/a", endpoint)]


def test_a_class_that_cannot_add_routes_loses_none_silently() -> None:
    async def endpoint(connection: HTTPConnection[Any]) -> Response:
        return Response()

    with pytest.raises(NotImplementedError):
        RouteDecorators().get("/")(endpoint)
    with pytest.raises(NotImplementedError):
        RouteDecorators().websocket("/")(endpoint)
