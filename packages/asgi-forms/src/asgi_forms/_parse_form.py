"""From a request over ASGI to its form."""

from __future__ import annotations

from asgi_types import Headers, Receive, Scope

from ._form_data import FormData
from ._form_error import FormError
from ._urlencoded import UrlencodedParser


async def parse_form(
    scope: Scope, receive: Receive, *, max_fields: float = 1000, max_part_size: float = 1024 * 1024
) -> FormData:
    """The form in the body of a request, parsed while it arrives.

    Reads ``application/x-www-form-urlencoded``. Fields are separated by ``&`` only and percent-decoded as UTF-8 with
    U+FFFD for what is not (WHATWG URL section 5.1), so malformed encoding cannot fail; a field without a value has an
    empty one. Another content type, a malformed one or none gives an empty form and leaves the body unread.

    Limits: ``max_fields`` fields (1000), each of ``max_part_size`` bytes (1 MiB) of its name and value as sent;
    ``math.inf`` is no limit. Nothing more is received once one is broken.

    Raises `FormError` with status 413 beyond a limit, with 415 for ``multipart/form-data``, and with 400 if the client
    disconnects before the end; and `AssertionError` for another scope type than ``http``.

    >>> import asyncio
    >>> chunks = iter([b"name=Zo%C3", b"%AB&tag=a&tag=b"])
    >>> async def receive():
    ...     body = next(chunks)
    ...     return {"type": "http.request", "body": body, "more_body": body.endswith(b"%C3")}
    >>> scope = {"type": "http", "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}
    >>> asyncio.run(parse_form(scope, receive))
    FormData([('name', 'Zoë'), ('tag', 'a'), ('tag', 'b')])
    """
    assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
    media_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip(" \t").lower()
    if media_type == "multipart/form-data":
        raise FormError(415, "This version reads application/x-www-form-urlencoded forms only.")
    if media_type != "application/x-www-form-urlencoded":
        return FormData()
    parser = UrlencodedParser(max_fields, max_part_size)
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise FormError(400, "The client disconnected before the end of the form.")
        parser.feed(message.get("body", b""))
        more = message.get("more_body", False)
    return FormData(parser.close())
