"""What one connection tells of itself while it lasts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import quote

from asgi_types import Scope

from .._fields import first_field
from .._networks import client_host
from .._request_ids.request_id import CURRENT
from .._request_ids.request_id_middleware import REQUEST_ID
from .._route_template import route_template
from .access_record import AccessRecord, Outcome

UNANSWERED = 499
"""The status, as nginx has it, of a request that nobody waits for any more."""

_PATH = "/%:@!$&'()*+,;=~"  # RFC 3986 section 3.3, and what is percent-encoded already


class ConnectionLog:
    """Counts and times of one connection, and the record that is made of them, once."""

    __slots__ = (
        "_began",
        "_client",
        "_duration",
        "_finish",
        "_log_query",
        "_method",
        "_path",
        "_scope",
        "_time",
        "bytes_received",
        "bytes_sent",
        "close_code",
        "first_byte",
        "is_lost",
        "is_over",
        "messages_received",
        "messages_sent",
        "status",
    )

    def __init__(self, scope: Scope, finish: Callable[[AccessRecord], None], log_query: bool) -> None:
        self._began = time.perf_counter()
        self._time = time.time()
        self._scope = scope
        # Middleware further in may rewrite these for what is below it.
        self._client = client_host(scope)
        self._path: str | bytes = scope.get("raw_path") or scope["path"]
        self._method: str = scope.get("method", "GET")
        self._finish = finish
        self._log_query = log_query
        self._duration: float | None = None
        self.first_byte: float | None = None
        self.status: int | None = None
        self.bytes_sent: int | None = 0
        self.bytes_received = 0
        self.close_code: int | None = None
        self.messages_sent = 0
        self.messages_received = 0
        self.is_lost = False  # the client has left
        self.is_over = False

    @property
    def is_head(self) -> bool:
        return self._method == "HEAD"

    def begin(self, status: int) -> None:
        """The response has begun, or the handshake is done."""
        self.status = status
        self.first_byte = time.perf_counter()

    def count_sent(self, size: int) -> None:
        """So many more bytes are sent, if it is known how many there were."""
        if self.bytes_sent is not None:
            self.bytes_sent += size

    def stop(self) -> None:
        """The last byte is sent, or the client has left: what comes now does not count as its time."""
        if self._duration is None:
            self._duration = time.perf_counter() - self._began

    def end(self, outcome: Outcome, status: int) -> None:
        """Hand in the record; ``status`` is for a connection that has none."""
        if self.is_over:
            return
        self.is_over = True
        self.stop()
        self._finish(self._record(outcome, status if self.status is None else self.status))

    def _record(self, outcome: Outcome, status: int) -> AccessRecord:
        scope = self._scope
        is_websocket = scope["type"] == "websocket"
        headers = scope["headers"]
        request_id = scope.get(REQUEST_ID)
        identity = CURRENT.get()
        return AccessRecord(
            type=cast('Literal["http", "websocket"]', scope["type"]),
            time=datetime.fromtimestamp(self._time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            client=None if self._client is None else quote(self._client, safe=":.[]"),
            method=quote(self._method),
            path=_escaped_path(self._path),
            query=quote(scope.get("query_string", b""), safe=_PATH + "?[]") if self._log_query else None,
            route=route_template(scope),
            http_version=scope.get("http_version", "1.1"),
            status=status,
            outcome=outcome,
            duration_ms=_milliseconds(self._duration or 0.0),
            first_byte_ms=None if self.first_byte is None else _milliseconds(self.first_byte - self._began),
            bytes_sent=self.bytes_sent,
            bytes_received=self.bytes_received,
            request_id=request_id,
            trace_id=identity.trace_id if identity is not None and identity.request_id == request_id else None,
            referer=_text(first_field(headers, b"referer")),
            user_agent=_text(first_field(headers, b"user-agent")),
            close_code=self.close_code,
            messages_sent=self.messages_sent if is_websocket else None,
            messages_received=self.messages_received if is_websocket else None,
        )


def payload_size(message: Any) -> int:
    """Bytes of the payload of a WebSocket message, of whichever kind it is."""
    data = message.get("bytes")
    if data is not None:
        return len(data)
    text: str = message.get("text") or ""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _escaped_path(path: str | bytes) -> str:
    if isinstance(path, bytes):
        return quote(path, safe=_PATH)
    return quote(path, safe=_PATH.replace("%", ""), errors="replace")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
