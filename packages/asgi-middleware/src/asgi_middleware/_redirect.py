"""The answer that sends a connection to another URL."""

from __future__ import annotations

from collections.abc import Awaitable

from asgi_types import URL, HTTPException, Receive, Response, Scope, Send, answer

_URL_CHARACTERS = ":/%#?=@[]!$&'()*+,;~"  # RFC 3986 section 2.2, and what is percent-encoded already


def redirect(scope: Scope, receive: Receive, send: Send, url: URL | str, status_code: int = 307) -> Awaitable[None]:
    """Answer with ``url`` as ``Location``; a WebSocket is denied with it, or closed where it cannot be denied."""
    from urllib.parse import quote

    headers = {"location": quote(str(url), safe=_URL_CHARACTERS)}
    if scope["type"] == "websocket":
        return answer(scope, receive, send, HTTPException(status_code, "", headers))
    return Response(None, status_code, headers)(scope, receive, send)
