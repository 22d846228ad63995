"""A WebSocket, observed from its handshake to its close."""

from __future__ import annotations

from collections.abc import Callable

from asgi_types import Message, Receive, Scope, Send

from .access_record import AccessRecord, Outcome
from .connection_log import UNANSWERED, ConnectionLog, payload_size

_ABNORMAL = 1006  # no close frame came (RFC 6455 section 7.1.5)


class WebSocketLog(ConnectionLog):
    """The record is made when the application is done; its duration ends with the close."""

    __slots__ = ("_is_closed", "_receive", "_send")

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
        self._is_closed = False  # by either side

    async def receive(self) -> Message:
        """Count what the client sends, and see it leave."""
        message: Message = await self._receive()
        if message["type"] == "websocket.receive":
            self.messages_received += 1
            self.bytes_received += payload_size(message)
        elif message["type"] == "websocket.disconnect":
            self._leave(message.get("code", 1005))
        return message

    async def send(self, message: Message) -> None:
        """Count what the application sends, and see it end."""
        try:
            await self._send(message)
        except OSError:  # as ASGI asks of servers whose client is gone (spec_version 2.4)
            self._leave(_ABNORMAL)
            raise
        kind = message["type"]
        if kind == "websocket.send":
            self.messages_sent += 1
            self.count_sent(payload_size(message))
        elif kind == "websocket.accept":
            self.begin(101)
        elif kind == "websocket.close":
            self._close(message.get("code", 1000))
        elif kind == "websocket.http.response.start":
            self.begin(message["status"])
        elif kind == "websocket.http.response.body":
            self.count_sent(len(message.get("body", b"")))
            if not message.get("more_body", False):
                self._close(None)

    def returned(self) -> None:
        """The application is done, whether the WebSocket was closed or not."""
        self._end("complete" if self._is_closed else "incomplete")

    def failed(self) -> None:
        """The application has raised an exception; that the client had left is none."""
        self._end("error")

    def cancelled(self) -> None:
        """The application was ended from outside."""
        self._end("complete" if self._is_closed else "cancelled")

    def _leave(self, code: int) -> None:
        if not self._is_closed:
            self.is_lost = True
            self._close(code)

    def _close(self, code: int | None) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.close_code = code
            self.stop()

    def _end(self, outcome: Outcome) -> None:
        if self.is_lost:
            is_abnormal = self.close_code == _ABNORMAL or self.status is None
            self.end("disconnected" if is_abnormal else "complete", UNANSWERED)
        elif outcome == "complete":
            self.end(outcome, 403)  # what servers send for a close before the handshake is done
        else:
            self.end(outcome, UNANSWERED if outcome == "cancelled" else 500)
