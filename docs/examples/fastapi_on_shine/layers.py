"""Middleware of both kinds: by request and response, and plain ASGI."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SteppingMiddleware(BaseHTTPMiddleware):
    """Reads a header of the request, and adds one to the response."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.step = request.headers.get("x-step", "none")
        response = await call_next(request)
        response.headers["x-step"] = request.state.step
        return response


class EchoMiddleware:
    """Puts the method and the path into a header."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app = app
        self.name = name.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (self.name, f"{scope['method']} {scope['path']}".encode())]
            await send(message)

        await self.app(scope, receive, send_with_header)
