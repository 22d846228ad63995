"""What is known of a connection when it is over."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from .._exchange.exchange import Outcome


@dataclass(slots=True)
class AccessRecord:
    """One finished request or WebSocket, as `AccessLogMiddleware` logs it.

    The outcome is ``"complete"``; ``"error"`` for an exception of the application; ``"incomplete"`` where it returned
    before it was done; ``"disconnected"`` where the client left before that, and a WebSocket without a close frame;
    ``"cancelled"`` where the server, or a limit of time further out, ended it. The status of a request whose response
    never began is then 500, and 499 where nobody was left to get one or it was cancelled. A WebSocket has 101, the
    status of the response that denied it, or 403 if it was closed before it was accepted.

    Sizes are bytes of bodies, or of the payload of messages, and None where they are not known: the server sends files
    by itself. Times are milliseconds since the request came, by a monotonic clock: ``first_byte_ms`` when the response
    had begun or the handshake was done, ``duration_ms`` when the last byte had been handed to the server.
    """

    type: Literal["http", "websocket"]
    time: str  # when the request came, in UTC (RFC 3339)
    client: str | None
    method: str
    path: str  # percent-encoded, as all of the text that comes from the client is free of control characters
    query: str | None
    route: str | None  # the pattern of the path, where a router told one
    http_version: str
    status: int
    outcome: Outcome
    duration_ms: float
    first_byte_ms: float | None
    bytes_sent: int | None
    bytes_received: int
    request_id: str | None
    trace_id: str | None
    referer: str | None
    user_agent: str | None
    close_code: int | None = None
    messages_sent: int | None = None
    messages_received: int | None = None

    def fields(self) -> dict[str, Any]:
        """All of them by name; those of WebSockets alone are left out for a request."""
        return {name: getattr(self, name) for name in (_NAMES if self.type == "websocket" else _NAMES[:-3])}


_NAMES = tuple(field.name for field in fields(AccessRecord))
