"""Sets of origins that are trusted, and the comparison of an origin with the host that a request was sent to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from asgi_types import Scope, parse_host, scope_host

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
SECURE_SCHEMES: Final = ("https", "wss")
MAX_LENGTH: Final = 300
"""Characters of an origin: a host has 255 at most, and what is remembered must not be of any length."""


class Origin(NamedTuple):
    """Scheme and host in lower case, and the port, also where it is the scheme's default (RFC 6454 section 4)."""

    scheme: str
    host: str
    port: int | None


class TrustedOrigins:
    """Origins of other sites, asked for by the text of an ``Origin`` header.

    Each is an origin (``"https://example.org"``, ``"https://example.org:8443"``), one for all names below a domain
    (``"https://*.example.org"``, which that domain itself is not one of), or ``"null"`` for what has an opaque origin,
    such as a sandboxed frame of any site.

    Raises `ValueError` for anything else.

    >>> "https://shop.example.org" in TrustedOrigins(["https://*.example.org"])
    True
    """

    def __init__(self, origins: Iterable[str]) -> None:
        given = (origins,) if isinstance(origins, str) else tuple(origins)
        self._has_null = "null" in given
        exact: set[Origin] = set()
        below: set[Origin] = set()
        for text in given:
            if text != "null":
                (below if "://*." in text else exact).add(_trusted(text))
        self._exact = frozenset(exact)
        self._below = tuple(below)
        self._is_known = lru_cache(maxsize=256)(self._has)  # pages of the same few origins come again and again

    def __contains__(self, origin: str) -> bool:
        return len(origin) <= MAX_LENGTH and self._is_known(origin)

    def _has(self, text: str) -> bool:
        if text == "null":
            return self._has_null
        origin = parse_origin(text)
        if origin is None:
            return False
        return origin in self._exact or any(_is_below(origin, wanted) for wanted in self._below)


def parse_origin(text: str) -> Origin | None:
    """The origin that ``text`` is, or None if it is none, as ``null`` and what has a path.

    >>> parse_origin("https://Example.org")
    Origin(scheme='https', host='example.org', port=443)
    """
    scheme, separator, rest = text.partition("://")
    host = parse_host(rest) if separator and scheme.isascii() else None
    if host is None or not scheme:
        return None
    name, port = host
    scheme = scheme.lower()
    return Origin(scheme, name.lower(), DEFAULT_PORTS.get(scheme) if port is None else port)


def is_own_origin(origin: str, scope: Scope) -> bool:
    """Whether ``origin`` is that of the request itself, by its ``Host``.

    A request that came by HTTPS has an origin with that scheme. One that came by HTTP may have either, since a proxy
    may have ended TLS.

    >>> is_own_origin("https://example.org", {"type": "http", "headers": [(b"host", b"example.org")]})
    True
    """
    found = parse_origin(origin)
    asked = scope_host(scope)
    if found is None or asked is None or found.scheme not in DEFAULT_PORTS:  # an app's own scheme is another origin
        return False
    if scope.get("scheme") in SECURE_SCHEMES and found.scheme != "https":
        return False
    name, port = asked
    return (found.host, found.port) == (name.lower(), DEFAULT_PORTS[found.scheme] if port is None else port)


def _is_below(origin: Origin, wanted: Origin) -> bool:
    return origin.scheme == wanted.scheme and origin.port == wanted.port and origin.host.endswith(f".{wanted.host}")


def _trusted(text: str) -> Origin:
    plain = text.replace("://*.", "://", 1)
    origin = None if "*" in plain else parse_origin(plain)
    if origin is None:
        raise ValueError(
            f"Not an origin: {text!r}. Write it as 'https://example.org' or 'https://*.example.org', without a path; "
            "what needs no protection at all is left out by where(CSRFMiddleware, skip=...)."
        )
    return origin
