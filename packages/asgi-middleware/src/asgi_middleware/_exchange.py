"""What is seen of one HTTP exchange or WebSocket connection from outside, and the moment that it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from asgi_types import Message, Send

from ._fields import first_field
from ._response_end import is_last

KNOWN_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
"""Those that are told apart; a client may make up as many others as it likes."""


def safely(function: Callable[[], object]) -> None:
    """Call what only measures: an error of it is logged, and never meets the exchange."""
    try:
        function()
    except Exception:
        from logging import getLogger  # hardly anybody needs it

        getLogger("asgi_middleware").exception("An exchange could not be measured.")


class Exchange:
    """A ``send`` that notes what the application sends, and calls ``finish`` once when the last byte is sent.

    ``status`` is that of the response or denial response, 0 before there is one. ``sent_bytes`` are those of the
    body. Call `end` when the application has returned or failed: it calls ``finish`` if nothing has yet.
    """

    __slots__ = ("_finish", "_has_trailers", "_length", "_send", "close_code", "is_accepted", "sent_bytes", "status")

    def __init__(self, send: Send, finish: Callable[[], object]) -> None:
        self._send = send
        self._finish: Callable[[], object] | None = finish
        self._has_trailers = False
        self._length = 0
        self.status = 0
        self.sent_bytes = 0
        self.is_accepted = False
        self.close_code: int | None = None

    def __call__(self, message: Message) -> Awaitable[None]:
        return self._send_last(message) if self._note(message) else self._send(message)

    def end(self) -> None:
        """Say that it is over, which is taken once."""
        finish, self._finish = self._finish, None
        if finish is not None:
            safely(finish)

    def _note(self, message: Message) -> bool:
        """Take down what a message says, and whether it is the last one."""
        kind: str = message["type"]
        if kind.startswith("websocket."):
            return self._note_websocket(message)
        if kind == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
        elif kind == "http.response.start":
            self._start(message)
        elif kind == "http.response.zerocopysend":
            self.sent_bytes += message.get("count") or 0
        elif kind == "http.response.pathsend":
            self.sent_bytes += self._length
        return is_last(message, self._has_trailers)

    def _note_websocket(self, message: Message) -> bool:
        kind: str = message["type"]
        if kind == "websocket.accept":
            self.is_accepted = True
        elif kind == "websocket.close":
            self.close_code = message.get("code", 1000)
            return True
        elif kind == "websocket.http.response.start":
            self._start(message)
        elif kind == "websocket.http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            return not message.get("more_body", False)
        return False

    def _start(self, message: Message) -> None:
        if self.status:
            return
        self.status = message["status"]
        self._has_trailers = message.get("trailers", False)
        headers: Any = message.get("headers", ())
        if type(headers) in (list, tuple):  # any other may be read but once
            length = first_field(headers, b"content-length") or b""
            self._length = int(length) if length.isdigit() else 0

    async def _send_last(self, message: Message) -> None:
        await self._send(message)
        self.end()
