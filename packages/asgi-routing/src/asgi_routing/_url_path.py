"""A path made from a route's name, which knows what it takes to become a URL."""

from __future__ import annotations

from typing import Literal, Self

from asgi_types import URL

# A browser takes a backslash for a slash, and leaves out tabs and line breaks, wherever they are.
_UNSAFE = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F, *b"\\")}


class URLPath(str):
    """A URL path that remembers the protocol and host of the route it leads to.

    A backslash, control characters, and the second of two leading slashes are percent-encoded: they would begin another
    host. A protocol other than "http", "websocket" and "" is an `AssertionError`.

    >>> str(URLPath("/chat", protocol="websocket").make_absolute_url("https://example.org/"))
    'wss://example.org/chat'
    """

    protocol: Literal["http", "websocket", ""]
    host: str

    def __new__(cls, path: str, protocol: Literal["http", "websocket", ""] = "", host: str = "") -> Self:
        assert protocol in ("http", "websocket", ""), f"Unknown protocol '{protocol}'"
        path = path.translate(_UNSAFE)
        self = super().__new__(cls, f"/%2F{path[2:]}" if path.startswith("//") else path)
        self.protocol = protocol
        self.host = host
        return self

    def make_absolute_url(self, base_url: str | URL) -> URL:
        """The URL of this path below ``base_url``, secure if that is; the route's own host comes first."""
        base = URL(str(base_url))
        secure = {"http": "https", "websocket": "wss"}
        plain = {"http": "http", "websocket": "ws"}
        scheme = (secure if base.is_secure else plain).get(self.protocol, base.scheme)
        return URL(scheme=scheme, netloc=self.host or base.netloc, path=base.path.rstrip("/") + self)
