"""Responses for one kind of content each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from asgi_types import URL, BackgroundWork, Response
from asgi_types.json_codec import JSONCodec, encoded_text, standard_codec


class PlainTextResponse(Response):
    """Plain text.

    >>> PlainTextResponse("Hello").headers["content-type"]
    'text/plain; charset=utf-8'
    """

    media_type: str | None = "text/plain"


class HTMLResponse(Response):
    """A page of HTML.

    >>> HTMLResponse("<p>Hello").headers["content-type"]
    'text/html; charset=utf-8'
    """

    media_type: str | None = "text/html"


class JSONResponse(Response):
    r"""A value as JSON (RFC 8259) by ``json_codec``, which is the standard library's in compact UTF-8; see `JSONCodec`.

    Raises what the codec does: by default `ValueError` for NaN and infinity, which JSON has no form for, and
    `TypeError` for objects it cannot hold.

    >>> JSONResponse({"name": "Zoë"}).body
    b'{"name":"Zo\xc3\xab"}'
    """

    media_type: str | None = "application/json"
    json_codec: JSONCodec = standard_codec

    def __init__(
        self,
        content: Any,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        super().__init__(content, status_code, headers, media_type, background)

    def render(self, content: Any) -> bytes:
        """The value as JSON."""
        encoded = self.json_codec.encode(content)
        return encoded_text(encoded) if isinstance(encoded, str) else encoded


class RedirectResponse(Response):
    """Send the client to ``url``, whose characters outside a URL's own are percent-encoded.

    The default status 307 keeps the method; 303 makes it GET (RFC 9110 section 15.4). Raises `ValueError` for CR, LF
    or NUL in the target.

    >>> RedirectResponse("/café?next=/").headers["location"]
    '/caf%C3%A9?next=/'
    """

    def __init__(
        self,
        url: str | URL,
        status_code: int = 307,
        headers: Mapping[str, str] | None = None,
        background: BackgroundWork | None = None,
    ) -> None:
        super().__init__(b"", status_code, headers, None, background)
        self.headers["location"] = _location(str(url))


def _location(url: str) -> str:
    if any(character in url for character in "\r\n\0"):
        raise ValueError(f"Invalid redirect target {url!r}: CR, LF and NUL are not allowed.")
    return quote(url, safe=":/%#?=@[]!$&'()*+,;")
