"""An HTTP exchange, observed from its first message to its last byte."""

from __future__ import annotations

from collections.abc import Callable

from asgi_types import Message, Receive, Scope, Send

from .._fields import first_field
from .._response_end import BODIES, is_last
from .access_record import AccessRecord, Outcome
from .connection_log import UNANSWERED, ConnectionLog


class HTTPLog(ConnectionLog):
    """The record is made when the last byte is sent; what the application does after that is not part of it."""

    __slots__ = ("_has_trailers", "_is_ending", "_leaves_at_end", "_length", "_receive", "_send")

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        finish: Callable[[AccessRecord], None],
        log_query: bool,
    ) -> None:
        super().__init__(scope, finish, log_query)
        self._receive = receive
        self._send = send
        self._has_trailers = False
        self._is_ending = False
        self._leaves_at_end = False
        self._length: int | None = None

    async def receive(self) -> Message:
        """Count what the client sends, and see it leave."""
        message: Message = await self._receive()
        if message["type"] == "http.request":
            self.bytes_received += len(message.get("body", b""))
        elif message["type"] == "http.disconnect":
            if self._is_ending:
                # hypercorn says so of every response, as soon as it has the last message. An application that listens
                # may then be cancelled before its `send` returns.
                self._leaves_at_end = True
            else:
                self._lose()
        return message

    async def send(self, message: Message) -> None:
        """Count what has been sent, and see the end of it."""
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

    def returned(self) -> None:
        """The application is done, whether its response is or not."""
        self._end("incomplete")

    def failed(self) -> None:
        """The application has raised an exception."""
        self._end("error")

    def cancelled(self) -> None:
        """The application was ended from outside."""
        self._end("cancelled")

    def _note(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            if self.status is None:
                self._begin(message)
        elif kind in BODIES:
            self._count(kind, message)
        if self._is_ending:
            self._end("complete")

    def _lose(self) -> None:
        self.is_lost = True
        self.stop()

    def _begin(self, message: Message) -> None:
        self.begin(message["status"])
        self._has_trailers = message.get("trailers", False)
        length = first_field(message.get("headers", ()), b"content-length")
        self._length = int(length) if length is not None and length.isdigit() else None

    def _count(self, kind: str, message: Message) -> None:
        if self.is_head or self.is_lost:  # the server drops the body
            return
        if kind == "http.response.body":
            self.count_sent(len(message.get("body", b"")))
        else:  # the server knows the size of what it sends, and tells nobody
            self.bytes_sent = self._length

    def _end(self, outcome: Outcome) -> None:
        if self.is_lost:
            self.end("disconnected", UNANSWERED)
        else:
            self.end(outcome, UNANSWERED if outcome == "cancelled" else 500)
