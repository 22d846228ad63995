"""Header fields in ASGI's lists of byte pairs, found and added without an object for each list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from asgi_types import Message, RawHeaders

Pairs = Iterable[tuple[bytes, bytes]]


def first_field(headers: Pairs, name: bytes) -> bytes | None:
    """The value of the first field of this name, which is in lower case as in all of ASGI, or None."""
    for found, value in headers:
        if found == name:
            return value
    return None


def joined_field(headers: Pairs, name: bytes) -> str | None:
    """All values of this name as one list (RFC 9110 section 5.3), or None if there is no such field."""
    values = [value.decode("latin-1") for found, value in headers if found == name]
    return ", ".join(values) if values else None


STARTS: Final = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
"""Messages whose headers the client gets, be it asked for a page or a WebSocket."""


def length_of(value: bytes) -> int | None:
    """The length that a ``Content-Length`` declares, or None for what is none, or is as long as nothing can be.

    >>> length_of(b"42"), length_of(b"-1")
    (42, None)
    """
    return int(value) if value.isdigit() and len(value) < 20 else None


def start_with(message: Message, headers: RawHeaders) -> Message:
    """A copy of a message with these headers: an application may send the same message, or list, again."""
    return {**message, "headers": headers}


def add_vary(headers: RawHeaders, name: bytes) -> None:
    """Say that the response depends on the request's field ``name`` (RFC 9110 section 12.5.5), once.

    A ``Vary`` of ``*`` says it already.
    """
    wanted = name.lower()
    first: int | None = None
    for index, (found, value) in enumerate(headers):
        if found == b"vary":
            listed = [item.strip(b" \t") for item in value.lower().split(b",")]
            if wanted in listed or b"*" in listed:
                return
            first = index if first is None else first
    if first is None:
        headers.append((b"vary", name))
        return
    value = headers[first][1].strip(b" \t")
    headers[first] = (b"vary", value + b", " + name if value else name)
