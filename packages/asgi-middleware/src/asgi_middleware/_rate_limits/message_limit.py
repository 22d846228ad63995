"""A limit for the messages of one WebSocket."""

from __future__ import annotations

from time import monotonic

from asgi_types import Message, Receive, Send, close_message

from .rate_limit import RateLimit
from .sliding_window import SlidingWindow

REASON = "Too many messages."


class MessageLimit:
    """A WebSocket that is closed with 1008 when its client sends more messages than ``limit``.

    To the application it looks as if the client had closed it with that code: `receive` says so as often as it is
    asked, and `send` raises `ConnectionError`, as servers do.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "websocket.receive", "text": "Hello"}
    >>> async def send(message):
    ...     print(message)
    >>> limited = MessageLimit(RateLimit(1, per=60), receive, send)
    >>> asyncio.run(limited.receive())["text"]
    'Hello'
    >>> asyncio.run(limited.receive())
    {'type': 'websocket.close', 'code': 1008, 'reason': 'Too many messages.'}
    {'type': 'websocket.disconnect', 'code': 1008, 'reason': 'Too many messages.'}
    """

    def __init__(self, limit: RateLimit, receive: Receive, send: Send) -> None:
        self._limit = limit
        self._receive = receive
        self._send = send
        self._window = SlidingWindow()
        self._is_closed = False

    async def receive(self) -> Message:
        """The next message, or the end."""
        if not self._is_closed:
            message: Message = await self._receive()
            if message["type"] != "websocket.receive" or self._count():
                return message
            self._is_closed = True
            await self._send(close_message(1008, REASON))
        return {"type": "websocket.disconnect", "code": 1008, "reason": REASON}

    async def send(self, message: Message) -> None:
        """Send a message of the application."""
        if self._is_closed:
            raise ConnectionError("The WebSocket was closed, because its client has sent too many messages.")
        await self._send(message)

    def _count(self) -> bool:
        now = int(monotonic() * 1_000_000)
        self._window.forget(self._limit, now)
        has_room = self._window.has_room(self._limit, 1)
        if has_room:
            self._window.add(self._limit, now, 1)
        return has_room
