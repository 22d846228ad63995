"""What our WebSocket does for its own connections, around any application: limits, heartbeats, the check of origins."""

from __future__ import annotations

from typing import Any

from asgi_types import ASGIApp, HTTPException, Message, Receive, Scope, Send, refuse

from ._disconnect import WebSocketDisconnect
from ._heartbeat import Heartbeat
from ._origin import ALLOWED_ORIGINS, AllowedOrigins, check_origin, origin_set
from ._state import WebSocketState
from ._websocket import WebSocket


class WebSocketPolicyMiddleware:
    """Give the WebSockets of any application the limits of `WebSocket`, which says what each argument is.

    A page of an origin that is not allowed is refused with a 403, before the application is called. A connection that
    is closed for a message that is too large, or for being idle, looks to the application as if the client had closed
    it with that code. Several tasks of the application may send at once. What is no WebSocket passes. Without
    ``allowed_origins`` it must stand inside of what puts the session into the scope, to see that there is one.

    Raises `ValueError` for what could be no origin.

    >>> import asyncio
    >>> async def app(scope, receive, send): ...
    >>> async def send(message):
    ...     print(message)
    >>> headers = [(b"host", b"example.org"), (b"origin", b"https://evil.example")]
    >>> guarded = WebSocketPolicyMiddleware(app, allowed_origins=["https://example.org"])
    >>> asyncio.run(guarded({"type": "websocket", "headers": headers}, None, send))  # doctest: +ELLIPSIS
    {'type': 'websocket.close', 'code': 3003, 'reason': "WebSockets from 'https://evil.example' are not allowed at ..."}
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_origins: AllowedOrigins = None,
        max_message_size: float = WebSocket.max_message_size,
        idle_timeout: float | None = None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        if allowed_origins is not None:
            origin_set(allowed_origins)  # is an error now rather than of a connection
        self.app = app
        self.allowed_origins = allowed_origins
        self.max_message_size = max_message_size
        self.idle_timeout = idle_timeout
        self.heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        try:
            check_origin(scope, self.allowed_origins)
        except HTTPException as refusal:
            await refuse(scope, receive, send, refusal)
            return
        if self.allowed_origins is not None:
            scope[ALLOWED_ORIGINS] = self.allowed_origins
        websocket: WebSocket[Any] = WebSocket(scope, receive, send)
        websocket.max_message_size = self.max_message_size
        websocket.idle_timeout = self.idle_timeout
        websocket.heartbeat = self.heartbeat
        connection = _Connection(websocket)
        if self.heartbeat is None:
            await self.app(scope, connection.receive, connection.send)
            return
        from ._beating import beating

        async with beating(websocket, self.heartbeat):
            await self.app(scope, connection.receive, connection.send)


class _Connection:
    """A WebSocket as a server shows it: it tells of its end as often as it is asked, and by `OSError`."""

    def __init__(self, websocket: WebSocket[Any]) -> None:
        self._websocket = websocket
        self._end: Message = {"type": "websocket.disconnect", "code": 1006, "reason": ""}

    async def receive(self) -> Message:
        """The next message, or the end again."""
        if self._websocket.client_state is not WebSocketState.DISCONNECTED:
            message = await self._websocket.receive()
            if message["type"] != "websocket.disconnect":
                return message
            self._end = message
        return self._end

    async def send(self, message: Message) -> None:
        """Send a message of the application."""
        try:
            await self._websocket.send(message)
        except WebSocketDisconnect as gone:
            raise gone.__cause__ or ConnectionError(str(gone)) from None
