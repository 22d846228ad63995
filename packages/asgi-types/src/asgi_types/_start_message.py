"""What middleware does to the message that begins a response: fields are added, to a copy."""

from __future__ import annotations

from typing import Final

from ._asgi import Message
from ._headers import RawHeaders

START_MESSAGES: Final = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
"""Messages whose headers the client gets, be it asked for a page or a WebSocket."""


def start_with(message: Message, headers: RawHeaders) -> Message:
    """A copy of a message with these headers: an application may send the same message, or list, again."""
    return {**message, "headers": headers}


def add_vary(headers: RawHeaders, name: bytes) -> None:
    """Say that the response depends on the request's field ``name`` (RFC 9110 section 12.5.5), once.

    A ``Vary`` of ``*`` says it already.

    >>> headers = [(b"vary", b"Accept")]
    >>> add_vary(headers, b"Cookie")
    >>> headers
    [(b'vary', b'Accept, Cookie')]
    """
    wanted = name.lower()
    last: int | None = None
    for index, (found, value) in enumerate(headers):
        if found == b"vary":
            listed = [item.strip(b" \t") for item in value.lower().split(b",")]
            if wanted in listed or b"*" in listed:
                return
            last = index
    if last is None:
        headers.append((b"vary", name))
        return
    value = headers[last][1].strip(b" \t")
    headers[last] = (b"vary", value + b", " + name if value else name)
