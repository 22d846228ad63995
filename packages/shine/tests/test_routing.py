"""Routes of the framework: functions get its requests and WebSockets."""

from __future__ import annotations

import pytest

import shine.routing
from asgi_websockets import WebSocket
from shine.requests import Request
from shine.responses import PlainTextResponse
from shine.routing import Mount, Route, Router, WebSocketRoute, request_response


async def test_functions_get_requests(drive):
    seen = []

    async def endpoint(request):
        seen.append(type(request))
        return PlainTextResponse("")

    await drive.request(Router([Route("/", endpoint)]))
    await drive.request(request_response(endpoint))
    assert seen == [Request, Request]


async def test_the_adapter_takes_what_that_of_the_piece_takes(drive):
    class OtherRequest(Request):
        pass

    async def endpoint(request):
        return PlainTextResponse(f"{type(request).__name__} {(await request.body()).decode()}")

    app = request_response(endpoint, OtherRequest, max_body_size=4)
    assert (await drive.request(app, body=b"1234")).text == "OtherRequest 1234"
    assert (await drive.request(app, body=b"12345")).status == 413


async def test_functions_get_websockets(drive):
    seen = []

    async def endpoint(websocket):
        seen.append(type(websocket))
        await websocket.close()

    await drive.websocket(Router([WebSocketRoute("/", endpoint)]))
    assert seen == [WebSocket]


async def test_router_makes_these_routes():
    async def endpoint(connection): ...

    router = Router()
    router.add_route("/", endpoint)
    router.add_websocket_route("/ws", endpoint)
    router.mount("/m", router)
    assert [type(route) for route in router.routes] == [Route, WebSocketRoute, Mount]


async def test_routes_of_a_mount_have_a_router_of_this_module(drive):
    mount = Mount("/m", routes=[])
    assert type(mount.app) is Router

    @mount.app.get("/")
    async def endpoint(request):
        return PlainTextResponse(type(request).__name__)

    assert (await drive.request(Router([mount]), "/m/")).text == "Request"


@pytest.mark.parametrize(
    ("adapter", "route_class"), [("request_response", Route), ("websocket_session", WebSocketRoute)]
)
def test_adapters_can_be_replaced(monkeypatch, adapter, route_class):
    """Instrumentation replaces them in this module, and new routes must notice."""

    async def endpoint(connection): ...

    monkeypatch.setattr(shine.routing, adapter, lambda func: f"adapted {func.__name__}")
    assert route_class("/", endpoint).app == "adapted endpoint"
