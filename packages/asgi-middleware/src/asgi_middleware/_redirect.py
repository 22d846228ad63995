"""The answer that sends a connection to another URL."""

from __future__ import annotations

from collections.abc import Awaitable

from asgi_types import ENCODED_SLASH, URL, HTTPException, Receive, Response, Scope, Send, answer

_URL_CHARACTERS = ":/%#?=@[]!$&'()*+,;~"  # RFC 3986 section 2.2, and what is percent-encoded already


def location(url: URL | str) -> str:
    """The value of ``Location`` for a URL: what may not stand in one is percent-encoded, and so nothing can end it.

    >>> location("https://example.org/café?next=/a b")
    'https://example.org/caf%C3%A9?next=/a%20b'
    """
    from urllib.parse import quote

    text = str(url).replace(ENCODED_SLASH, "%2F")
    return quote(text, safe=_URL_CHARACTERS, errors="surrogatepass")


def redirect(scope: Scope, receive: Receive, send: Send, url: URL | str, status_code: int = 307) -> Awaitable[None]:
    """Answer with ``url`` as `location`; a WebSocket is denied with it, or closed where it cannot be denied."""
    headers = {"location": location(url)}
    if scope["type"] == "websocket":
        return answer(scope, receive, send, HTTPException(status_code, "", headers))
    return Response(None, status_code, headers)(scope, receive, send)
