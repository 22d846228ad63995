"""The middleware of the framework that calls functions: they get its requests and WebSockets."""

from __future__ import annotations

import pytest

from shine.exceptions import HTTPException
from shine.middleware.base import BaseHTTPMiddleware, http_middleware
from shine.middleware.errors import ServerErrorMiddleware
from shine.middleware.exceptions import ExceptionMiddleware
from shine.requests import Request
from shine.responses import PlainTextResponse
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


def dispatched(seen):
    class Dispatched(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            seen.append(type(request))
            return await call_next(request)

    return Dispatched


def given(seen):
    async def dispatch(request, call_next):
        seen.append(type(request))
        return await call_next(request)

    return lambda app: BaseHTTPMiddleware(app, dispatch)


def coroutine(seen):
    @http_middleware
    async def middleware(request, call_next):
        seen.append(type(request))
        return await call_next(request)

    return middleware


def generator(seen):
    @http_middleware
    async def middleware(request):
        seen.append(type(request))
        yield

    return middleware


@pytest.mark.parametrize("make", [dispatched, given, coroutine, generator])
async def test_middleware_by_request_and_response_gets_a_request(drive, make):
    seen = []
    app = make(seen)(PlainTextResponse("Hello"))
    assert (await drive.request(app)).text == "Hello"
    assert seen == [Request]
