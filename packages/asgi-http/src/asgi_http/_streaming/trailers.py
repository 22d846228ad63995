"""Fields after the body: RFC 9110 section 6.5, sent where the server has ASGI's extension for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from asgi_types import Headers, Message, MutableHeaders, RawHeaders, Scope, Send

Trailers = Mapping[str, str] | Callable[[], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""The fields, or a function that gives them once the body is sent; it may be async."""

EXTENSION: Final = "http.response.trailers"

# What a recipient must know before the body: framing, routing and the format of the content (section 6.5.1).
_NEVER_TRAILERS: Final = {
    *(b"content-encoding", b"content-length", b"content-range", b"content-type", b"host", b"te", b"trailer"),
    b"transfer-encoding",
}


def trailer_fields(fields: Mapping[str, str]) -> RawHeaders:
    """``fields`` as bytes; `ValueError` for a name or value that cannot be sent, or not after a body."""
    raw = Headers(fields).raw
    for name, _ in raw:
        if name in _NEVER_TRAILERS:
            raise ValueError(f"{name.decode()!r} cannot be a trailer: send it as a header (RFC 9110 section 6.5.1).")
    return raw


def takes_trailers(scope: Scope) -> bool:
    """Whether the server can send trailers on this connection."""
    return EXTENSION in (scope.get("extensions") or ())


def with_trailers(send: Send, trailers: Trailers) -> Send:
    """A ``send`` that announces ``trailers`` with the response it is given, and adds them after its body."""

    async def send_with_trailers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            if not callable(trailers):
                headers.setdefault("trailer", ", ".join(trailers))
            await send({**message, "headers": headers.raw, "trailers": True})
        elif message.get("more_body", False):
            await send(message)
        else:
            # Before the body's end: if the function fails, the client sees that the response is not whole.
            fields = await _fields_of(trailers)
            await send(message)
            await send({"type": EXTENSION, "headers": fields, "more_trailers": False})

    return send_with_trailers


async def _fields_of(trailers: Trailers) -> RawHeaders:
    fields = trailers() if callable(trailers) else trailers
    if isinstance(fields, Awaitable):
        fields = await fields
    return trailer_fields(fields)
