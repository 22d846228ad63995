"""One connection as whoever stands around the application sees it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from time import perf_counter, time_ns
from typing import Any, Final, Literal

from asgi_types import ASGIApp, Message, Receive, Scope, Send

Outcome = Literal["complete", "error", "incomplete", "disconnected", "cancelled"]

KNOWN_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)

UNANSWERED: Final = 499
"""The status, as nginx has it, of a request that nobody waits for any more."""

FAILED: Final = 500


def known_method(scope: Scope) -> str | None:
    """The method if HTTP knows it, else None: clients may make up as many as they like."""
    method: str = scope["method"].upper()
    return method if method in KNOWN_METHODS else None


def safely(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call what only observes: an error of it is logged, and never meets the exchange; it counts as None."""
    try:
        return function(*arguments)
    except Exception:
        from logging import getLogger  # hardly anybody needs it

        getLogger("asgi_middleware").exception("An exchange could not be measured, or not be logged.")
        return None


class Exchange(ABC):
    """Counts and times of one connection; ``finish`` is called with it when it is over, once.

    What happens afterwards, background work for instance, is no part of it. The ``status`` is that of the response,
    101 of a WebSocket that was accepted, and 0 before there is one. When it is over without an answer it is 499 where
    nobody was left to get one or the application was cancelled, else 500. Bytes are those of bodies, or of the payload
    of messages; ``sent_bytes`` is None where the server sends a file of unknown length. Times are seconds, by a
    monotonic clock: ``first_byte`` from the beginning to that of the response, and ``duration`` until the last byte was
    taken, or the client had left.
    """

    __slots__ = (
        "_began",
        "_finish",
        "_has_stopped",
        "_is_over",
        "_receive",
        "_send",
        "began_at",
        "close_code",
        "duration",
        "first_byte",
        "is_lost",
        "outcome",
        "received_bytes",
        "received_messages",
        "scope",
        "sent_bytes",
        "sent_messages",
        "status",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, finish: Callable[[Any], object]) -> None:
        self._began = perf_counter()
        self._finish = finish
        self._receive = receive
        self._send = send
        self.began_at = time_ns()
        self.scope = scope
        self.status = 0
        self.outcome: Outcome = "incomplete"
        self.first_byte: float | None = None
        self.duration = 0.0
        self.sent_bytes: int | None = 0
        self.received_bytes = 0
        self.sent_messages = 0
        self.received_messages = 0
        self.close_code: int | None = None
        self._has_stopped = False
        self._is_over = False
        self.is_lost = False  # the client has left before it was over

    async def run(self, app: ASGIApp) -> None:
        """Call the application, and see to it that the exchange ends."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception:
            self.conclude("error")
            raise
        except BaseException:  # each event loop cancels with a class of its own
            self.conclude("cancelled")
            raise
        self.conclude("incomplete")

    @abstractmethod
    async def receive(self) -> Message:
        """Count what the client sends, and see it leave."""

    @abstractmethod
    async def send(self, message: Message) -> None:
        """Count what has been sent, and see the end of it."""

    @abstractmethod
    def conclude(self, outcome: Outcome) -> None:
        """It is over; ``outcome`` says how, if nothing that was seen says more."""

    def begin(self, status: int) -> None:
        """The response has begun, or the handshake is done."""
        self.status = status
        self.first_byte = perf_counter() - self._began

    def count_sent(self, size: int) -> None:
        """So many more bytes are sent, if it is known how many there were."""
        if self.sent_bytes is not None:
            self.sent_bytes += size

    def stop(self) -> None:
        """The last byte is sent, or the client has left: what comes now does not count as its time."""
        if not self._has_stopped:
            self._has_stopped = True
            self.duration = perf_counter() - self._began

    def end(self, outcome: Outcome, status: int) -> None:
        """Tell that it is over, once; ``status`` is for a connection that has none."""
        if not self._is_over:
            self._is_over = True
            self.stop()
            self.outcome = outcome
            self.status = self.status or status
            safely(self._finish, self)
