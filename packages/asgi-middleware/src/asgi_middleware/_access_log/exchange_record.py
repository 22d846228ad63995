"""The record that is made of an exchange when it is over."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from asgi_types import Scope

from .._exchange.exchange import KNOWN_METHODS, Exchange
from .._fields import first_field
from .._networks import client_host
from .._request_ids.request_id import CURRENT, REQUEST_ID
from .._route_template import route_template
from .access_record import AccessRecord
from .line_format import printable

_PATH = "/%:@!$&'()*+,;=~"  # RFC 3986 section 3.3, and what is percent-encoded already
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9_.\-/%:@!$&'()*+,;=~]*+")  # most are, and looking is faster than quoting


class RequestLine(NamedTuple):
    """What middleware further in may rewrite for what is below it, as it was when the request came."""

    client: str | None
    method: str
    path: str | bytes


def request_line(scope: Scope) -> RequestLine:
    """Read it before the application is called."""
    return RequestLine(client_host(scope), scope.get("method", "GET"), scope.get("raw_path") or scope["path"])


def exchange_record(exchange: Exchange, request: RequestLine, log_query: bool) -> AccessRecord:
    """Of an exchange that is over; text from the client is escaped."""
    scope = exchange.scope
    is_websocket = scope["type"] == "websocket"
    headers = scope["headers"]
    request_id = scope.get(REQUEST_ID)
    identity = CURRENT.get()
    came = datetime.fromtimestamp(exchange.began_at / 1e9, UTC)
    return AccessRecord(
        type="websocket" if is_websocket else "http",
        time=came.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        client=None if request.client is None else _escaped_client(request.client),
        method=request.method if request.method in KNOWN_METHODS else quote(request.method, errors="replace"),
        path=_escaped_path(request.path),
        query=quote(scope.get("query_string") or b"", safe=_PATH + "?[]") if log_query else None,
        route=route_template(scope),
        http_version=scope.get("http_version", "1.1"),
        status=exchange.status,
        outcome=exchange.outcome,
        duration_ms=_milliseconds(exchange.duration),
        first_byte_ms=None if exchange.first_byte is None else _milliseconds(exchange.first_byte),
        bytes_sent=exchange.sent_bytes,
        bytes_received=exchange.received_bytes,
        request_id=request_id,
        trace_id=identity.trace_id if identity is not None and identity.request_id == request_id else None,
        referer=_text(first_field(headers, b"referer")),
        user_agent=_text(first_field(headers, b"user-agent")),
        close_code=exchange.close_code,
        messages_sent=exchange.sent_messages if is_websocket else None,
        messages_received=exchange.received_messages if is_websocket else None,
    )


@lru_cache(maxsize=1024)  # the same clients come again and again
def _escaped_client(client: str) -> str:
    return quote(client, safe=":.[]", errors="replace")


def _escaped_path(path: str | bytes) -> str:
    if isinstance(path, bytes):
        return path.decode("ascii") if _PLAIN_PATH.fullmatch(path) else quote(path, safe=_PATH)
    return quote(path, safe=_PATH.replace("%", ""), errors="replace")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _text(value: bytes | None) -> str | None:
    return None if value is None else printable(value.decode("latin-1"))
