"""What an application receives after a middleware has read from the request, and before it reads on."""

from __future__ import annotations

from typing import Any

from asgi_types import Message, Receive

from .._disconnect import current_receive, note_disconnect
from .._request import Request


def receive_for(request: Request[Any]) -> Receive:
    """A ``receive`` that begins with what ``request`` has read of the body and keeps.

    After `Request.stream` the body is gone, and what is left of it comes as it arrives. What the application reads to
    its end is gone for ``request``. A request of another library gives its own ``receive``.
    """
    is_ours: bool = isinstance(request, Request)
    if not is_ours:
        return request.receive
    if hasattr(request, "_body"):
        return ReplayedReceive(request, request._body, False)
    if request._stream_consumed:
        return ReplayedReceive(request, b"", False)
    if request._chunks:
        return ReplayedReceive(request, b"".join(request._chunks), True)
    return ReplayedReceive(request)


class ReplayedReceive:
    """Stands for the ``receive`` of ``request``, and equals it once it has nothing of its own to give.

    So whoever listens for the client's leaving on one of them does it for both, and takes the body from neither.
    """

    __slots__ = ("_first", "_is_disconnected", "_receive", "_request", "waiting")

    def __init__(self, request: Request[Any], body: bytes | None = None, more_body: bool = False) -> None:
        self._request = request
        self._receive: Receive = request.receive
        self._first: Message | None = None
        if body is not None:
            self._first = {"type": "http.request", "body": body, "more_body": more_body}
        self._is_disconnected = False
        self.waiting = 0  # calls that wait for something to arrive

    async def __call__(self) -> Message:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if self._is_disconnected:
            return {"type": "http.disconnect"}  # again, as not every server tells it twice
        self.waiting += 1
        try:
            message: Message = await self._receive()
        finally:
            self.waiting -= 1
        if not message.get("more_body", False):
            self._note_end(message["type"])
        return message

    def __eq__(self, other: object) -> bool:
        if self._first is not None:
            return self is other
        receive = self._receive
        stands_for = getattr(receive, "stands_for", None)
        return self is other or receive == other or (stands_for is not None and stands_for(other))

    def __hash__(self) -> int:
        return id(self)

    def _note_end(self, kind: str) -> None:
        request = self._request
        scope, receive = request.scope, request._receive
        if kind == "http.disconnect":
            self._is_disconnected = True
            note_disconnect(scope, receive)
        elif not getattr(current_receive(scope, receive), "is_receiving", False):
            # Else it goes to a listener, which keeps it, and either of the two may read it there.
            request._stream_consumed = True
