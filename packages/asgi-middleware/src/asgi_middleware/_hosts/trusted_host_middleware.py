"""Only requests for one of the application's own hosts get to it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from asgi_types import URL, ASGIApp, HTTPException, Receive, Scope, Send, parse_host, refuse, scope_host

from .._host_name import is_host_name
from .._items import items
from .._redirect import redirect
from .._useful import useful

_MAX_HOST = 255 + len(":65535")
_PORT = re.compile(r":[0-9]+\Z")

ENFORCE_DOMAIN_WILDCARD: Final = "Domain wildcard patterns must be like '*.example.com'."


class TrustedHostMiddleware:
    """Refuse a request whose ``Host`` is not one of ``allowed_hosts`` with a 400.

    An allowed host is a name or an address, compared without case and port, ``"*.example.com"`` for all names below
    one, or ``"*"``, the default, for any. A ``Host`` that is missing, malformed (RFC 9110 section 7.2) or there twice
    is refused, unless all are allowed; so is a name with a dot at its end, unless it is listed like that, and a colon
    without a port. With ``www_redirect`` a host that is not allowed, but would be with ``www.`` before it, is
    redirected there by 307. WebSockets are treated alike: denied, or closed where the server cannot deny.

    Raises `AssertionError` for another use of ``*`` in a name, and `ValueError` for what is no host, such as one with
    a scheme or a port: it would never match. A subclass whose ``refuses_useless`` is false logs that, and does without.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = TrustedHostMiddleware(Response("Hello"), allowed_hosts=["example.org", "*.example.org"])
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(app({"type": "http", "method": "GET", "headers": [(b"host", b"evil.example")]}, None, send))
    400 None
    None b'Invalid host header'
    """

    refuses_useless: bool = True
    """Whether what is no host is a `ValueError`, or logged as a warning and left out."""

    takes_any_port: bool = False
    """Whether a port may be above 65535. It can be in no URL, so that ``request.url`` is that of the server then."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str] | None = None, www_redirect: bool = True) -> None:
        patterns = items("*" if allowed_hosts is None else allowed_hosts)
        for pattern in patterns:
            assert "*" not in pattern[1:], ENFORCE_DOMAIN_WILDCARD
            assert not pattern.startswith("*") or pattern == "*" or pattern.startswith("*."), ENFORCE_DOMAIN_WILDCARD
        self.app = app
        patterns = useful(patterns, _checked, refuses_useless=self.refuses_useless)
        self.allowed_hosts: list[str] = [_checked(pattern) for pattern in patterns]
        self.allow_any: bool = "*" in patterns
        self.www_redirect = www_redirect
        self._names = frozenset(self.allowed_hosts)
        self._endings = tuple(pattern[1:] for pattern in self.allowed_hosts if pattern.startswith("*."))
        self._is_known = lru_cache(maxsize=256)(self._is_allowed)  # clients mostly say one of a few

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.allow_any or scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        host = hosts[0] if len(hosts) == 1 and len(hosts[0]) <= _MAX_HOST else b""
        if self._is_known(host) and (self.takes_any_port or scope_host(scope) is not None):
            await self.app(scope, receive, send)
        elif self.www_redirect and f"www.{_name(host)}" in self._names and scope_host(scope) is not None:
            url = URL(scope=scope)
            await redirect(scope, receive, send, url.replace(netloc=f"www.{url.netloc}"))
        else:
            await refuse(scope, receive, send, HTTPException(400, "Invalid host header"), in_place=True)

    def _is_allowed(self, host: bytes) -> bool:
        name = _name(host)
        return name in self._names or (name.endswith(self._endings) and is_host_name(name))


def _name(host: bytes) -> str:
    """The name or address in a ``Host``, or an empty text if it is malformed."""
    name = _PORT.sub("", host.decode("latin-1"))
    return name.lower() if _is_host(name) else ""


def _is_host(name: str) -> bool:
    return parse_host(name) == (name, None)


def _checked(pattern: str) -> str:
    """An allowed host in lower case, an IPv6 address in its brackets."""
    if pattern == "*":
        return pattern
    wildcard, name = ("*.", pattern[2:]) if pattern.startswith("*.") else ("", pattern)
    for host in (name, f"[{name}]"):
        if _is_host(host):
            return wildcard + host.lower()
    raise ValueError(
        f"Not a host: {pattern!r}. Write it as 'example.org', '*.example.org', '127.0.0.1' or '[::1]', without a "
        "scheme or port, and other letters in their ASCII form, as 'xn--bcher-kva.example'."
    )
