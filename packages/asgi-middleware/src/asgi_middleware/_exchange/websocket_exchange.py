"""A WebSocket, observed from its handshake to its close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgi_types import Message, Receive, Scope, Send

from .exchange import FAILED, UNANSWERED, Exchange, Outcome

_ABNORMAL = 1006  # no close frame came (RFC 6455 section 7.1.5)
_CLOSED_UNACCEPTED = 403  # what servers send for a close before the handshake is done


class WebSocketExchange(Exchange):
    """It is over when the application is done; its duration ends with the close."""

    __slots__ = ("_is_closed",)

    def __init__(self, scope: Scope, receive: Receive, send: Send, finish: Callable[[Exchange], object]) -> None:
        super().__init__(scope, receive, send, finish)
        self._is_closed = False  # by either side

    async def receive(self) -> Message:
        message: Message = await self._receive()
        if message["type"] == "websocket.receive":
            self.received_messages += 1
            self.received_bytes += _payload_size(message)
        elif message["type"] == "websocket.disconnect":
            self._leave(message.get("code", 1005))
        return message

    async def send(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError:  # as ASGI asks of servers whose client is gone (spec_version 2.4)
            self._leave(_ABNORMAL)
            raise
        kind = message["type"]
        if kind == "websocket.send":
            self.sent_messages += 1
            self.count_sent(_payload_size(message))
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

    def conclude(self, outcome: Outcome) -> None:
        if self.is_lost:
            is_abnormal = self.close_code == _ABNORMAL or not self.status
            self.end("disconnected" if is_abnormal else "complete", UNANSWERED)
        elif self._is_closed:
            self.end("error" if outcome == "error" else "complete", _CLOSED_UNACCEPTED)
        else:
            self.end(outcome, UNANSWERED if outcome == "cancelled" else FAILED)

    def _leave(self, code: int) -> None:
        if not self._is_closed:
            self.is_lost = True
            self._close(code)

    def _close(self, code: int | None) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.close_code = code
            self.stop()


def _payload_size(message: Any) -> int:
    """Bytes of the payload of a WebSocket message, of whichever kind it is."""
    data = message.get("bytes")
    if data is not None:
        return len(data)
    text: str = message.get("text") or ""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
