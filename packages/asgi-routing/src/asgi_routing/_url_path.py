"""A path made from a route's name, which knows what it takes to become a URL."""

from __future__ import annotations

from typing import Literal, Self

from asgi_types import URL


class URLPath(str):
    """A URL path that remembers the protocol and host of the route it leads to.

    A backslash, and the second of two leading slashes, are percent-encoded: they would begin another host. A protocol
    other than "http", "websocket" and "" is an `AssertionError`.

    >>> str(URLPath("/chat", protocol="websocket").make_absolute_url("https://example.org/"))
    'wss://example.org/chat'
    """

    protocol: Literal["http", "websocket", ""]
    host: str

    def __new__(cls, path: str, protocol: Literal["http", "websocket", ""] = "", host: str = "") -> Self:
        assert protocol in ("http", "websocket", ""), f"Unknown protocol '{protocol}'"
        path = path.replace("\\", "%5C")
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
