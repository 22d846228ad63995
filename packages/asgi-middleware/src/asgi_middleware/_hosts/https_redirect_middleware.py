"""Plain HTTP leads to HTTPS."""

from __future__ import annotations

import re

from asgi_types import URL, ASGIApp, HTTPException, Receive, Scope, Send, refuse, scope_host

from .._redirect import redirect

_SECURE = {"http": "https", "ws": "wss"}
_AUTHORITY = re.compile("[^/?]*")
_DEFAULT_PORT = re.compile(r":0*(?:80|443)\Z")
_DEFAULT_SCHEMES = {"http": "http", "websocket": "ws"}


class HTTPSRedirectMiddleware:
    """Redirect ``http`` to ``https`` and ``ws`` to ``wss`` by 307, to the same host and path.

    The ports 80 and 443 are left out, another one is kept. Without a ``Host`` it is the server's address that is
    redirected to. One that can be in no URL, two of them, and a server without an address are refused with a 400. The
    host is the client's word: put `TrustedHostMiddleware` around this one. Behind a proxy that ends TLS the scheme is
    known by `ProxyHeadersMiddleware`, around this one as well; without it the redirect never ends.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = HTTPSRedirectMiddleware(Response("Hello"))
    >>> scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/a", "headers": [(b"host", b"a.example")]}
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(app({**scope, "query_string": b"b=1"}, None, send))  # doctest: +ELLIPSIS
    {'type': 'http.response.start', 'status': 307, 'headers': [(b'location', b'https://a.example/a?b=1'), ...
    """

    tells_server: bool = False
    """Whether a ``Host`` that can be in no URL leads to the server's address, which is not for clients of a proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scheme = scope.get("scheme") or _DEFAULT_SCHEMES.get(scope["type"])
        if scheme not in _SECURE or scope["type"] not in _DEFAULT_SCHEMES:
            await self.app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        url = str(URL(scope=scope))
        # Without a host the URL is a path, or nothing. With one it goes on after it with a slash or a question mark.
        is_refused = bool(hosts) and (len(hosts) > 1 if self.tells_server else scope_host(scope) is None)
        if is_refused or not url.startswith(f"{scheme}://"):
            await refuse(scope, receive, send, HTTPException(400, "Invalid host header"), in_place=True)
            return
        end = _AUTHORITY.match(url, len(f"{scheme}://"))
        assert end is not None
        authority = _DEFAULT_PORT.sub("", end[0])
        await redirect(scope, receive, send, f"{_SECURE[scheme]}://{authority}{url[end.end() :]}")
