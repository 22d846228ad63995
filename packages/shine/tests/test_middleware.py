"""The error layers of the framework: handlers get its requests and WebSockets."""

from __future__ import annotations

from shine.exceptions import HTTPException
from shine.middleware.errors import ServerErrorMiddleware
from shine.middleware.exceptions import ExceptionMiddleware
from shine.requests import Request
from shine.websockets import WebSocket


async def raising(scope, receive, send):
    raise HTTPException(418)


async def test_exception_handlers_get_the_frameworks_classes(drive):
    seen = []

    async def handler(connection, exc):
        seen.append(type(connection))

    app = ExceptionMiddleware(raising, {418: handler})
    await drive.request(app)
    await drive.websocket(app)
    assert seen == [Request, WebSocket]


async def test_server_error_handler_gets_a_request(drive):
    seen = []

    async def handler(request, exc):
        seen.append(type(request))

    try:
        await drive.request(ServerErrorMiddleware(raising, handler))
    except HTTPException:
        seen.append("raised")
    assert seen == [Request, "raised"]
