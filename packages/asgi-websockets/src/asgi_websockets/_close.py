"""Closing a WebSocket as an ASGI application."""

from asgi_types import Receive, Scope, Send, close_message


class WebSocketClose:
    """An ASGI application that closes the connection with this code and reason (RFC 6455 section 7.4).

    Before the connection was accepted this refuses it, which servers answer with status 403. A reason of more than 123
    bytes of UTF-8 is cut.

    >>> import asyncio
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(WebSocketClose(1008, "Sign in first.")({"type": "websocket"}, None, send))
    {'type': 'websocket.close', 'code': 1008, 'reason': 'Sign in first.'}
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        self.code = code
        self.reason: str = reason or ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        await send(close_message(self.code, self.reason))
