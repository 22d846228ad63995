"""What an application receives after a middleware has read from the request."""

from __future__ import annotations

from typing import Any

from asgi_types import Message, Receive

from .._request import Request


def receive_for(request: Request[Any]) -> Receive:
    """A ``receive`` that begins with what ``request`` has read of the body and keeps.

    After `Request.stream` the body is gone, and what is left of it comes as it arrives.
    """
    receive = request.receive
    if request._body is not None:
        return _Replay(request._body, False, receive)
    if request._chunks:
        return _Replay(b"".join(request._chunks), True, receive)
    if request._stream_consumed:
        return _Replay(b"", False, receive)
    return receive


class _Replay:
    __slots__ = ("_first", "_receive")

    def __init__(self, body: bytes, more_body: bool, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": more_body}
        self._receive = receive

    async def __call__(self) -> Message:
        message, self._first = self._first, None
        if message is None:
            message = await self._receive()
        return message
