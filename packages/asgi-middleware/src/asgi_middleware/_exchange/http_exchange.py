"""An HTTP exchange, observed from its first message to its last byte."""

from __future__ import annotations

from collections.abc import Callable

from asgi_types import Message, Receive, Scope, Send

from .._fields import first_field, length_of
from .._response_end import BODIES, is_last
from .exchange import FAILED, UNANSWERED, Exchange, Outcome


class HTTPExchange(Exchange):
    """It is over when the last byte is sent; what the application does after that is not part of it."""

    __slots__ = ("_has_trailers", "_is_ending", "_is_head", "_leaves_at_end", "_length")

    def __init__(self, scope: Scope, receive: Receive, send: Send, finish: Callable[[Exchange], object]) -> None:
        super().__init__(scope, receive, send, finish)
        self._is_head = scope.get("method") == "HEAD"  # which a router may rewrite
        self._has_trailers = False
        self._is_ending = False
        self._leaves_at_end = False
        self._length: int | None = None

    async def receive(self) -> Message:
        message: Message = await self._receive()
        if message["type"] == "http.request":
            self.received_bytes += len(message.get("body", b""))
        elif message["type"] == "http.disconnect":
            if self._is_ending:
                # hypercorn says so of every response, as soon as it has the last message. An application that listens
                # may then be cancelled before its `send` returns.
                self._leaves_at_end = True
            else:
                self._lose()
        return message

    async def send(self, message: Message) -> None:
        self._is_ending = is_last(message, self._has_trailers)
        try:
            await self._send(message)
        except OSError:  # as ASGI asks of servers whose client is gone (spec_version 2.4)
            self._lose()
            raise
        except BaseException:
            if self._leaves_at_end:
                self._note(message)
            raise
        self._note(message)

    def conclude(self, outcome: Outcome) -> None:
        if self.is_lost:
            outcome = "disconnected"
        self.end(outcome, UNANSWERED if outcome in ("disconnected", "cancelled") else FAILED)

    def _note(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            if not self.status:
                self._start(message)
        elif kind in BODIES:
            self._count(kind, message)
        if self._is_ending:
            self.conclude("complete")

    def _lose(self) -> None:
        self.is_lost = True
        self.stop()

    def _start(self, message: Message) -> None:
        self.begin(message["status"])
        self._has_trailers = message.get("trailers", False)
        self._length = length_of(first_field(message.get("headers") or (), b"content-length") or b"")

    def _count(self, kind: str, message: Message) -> None:
        if self._is_head or self.is_lost:  # the server drops the body
            return
        if kind == "http.response.body":
            self.count_sent(len(message.get("body", b"")))
        elif message.get("count") is not None:
            self.count_sent(message["count"])
        else:  # the server knows the size of what it sends, and tells nobody
            self.sent_bytes = self._length
