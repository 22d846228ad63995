"""Where a request comes from, by the headers that browsers set and pages cannot (Fetch Metadata, ``Origin``).

Each function gives a `Provenance`, or as a sentence what speaks against a request.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from asgi_types import Scope
from asgi_types.origin import OriginSet, is_own_origin


class Provenance(Enum):
    """Where a request that nothing speaks against comes from."""

    OWN = 1  # a page of the application, or what the user typed
    TRUSTED = 2
    UNKNOWN = 3  # no header tells: it is no browser's, or a very old one's


_HEADERS: Final = {b"sec-fetch-site": "Sec-Fetch-Site", b"origin": "Origin", b"referer": "Referer"}
_SHOWN: Final = 100
_AFTER_AUTHORITY: Final = re.compile(r"[/?#]")


def provenance(scope: Scope, trusted: OriginSet) -> Provenance | str:
    """Where an HTTP request comes from, or why it is refused.

    ``Sec-Fetch-Site`` tells it best, but browsers send it over HTTPS and to localhost only. Then ``Origin`` does, which
    all of them send with each POST, and ``Referer`` after that.

    >>> headers = [(b"sec-fetch-site", b"cross-site"), (b"origin", b"https://evil.example")]
    >>> provenance({"type": "http", "headers": headers}, OriginSet([]))
    "The header Sec-Fetch-Site is 'cross-site', and the origin 'https://evil.example' is not trusted."
    """
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _HEADERS:
            if name in found:
                return f"The header {_HEADERS[name]} is there more than once."
            found[name] = value.decode("latin-1")
    site = found.get(b"sec-fetch-site")
    if site in ("same-origin", "none"):
        return Provenance.OWN
    origin = found.get(b"origin")
    if site is not None:
        if origin is not None and origin in trusted:
            return Provenance.TRUSTED
        untrusted = "there is no Origin" if origin is None else f"the origin {_shown(origin)} is not trusted"
        return f"The header Sec-Fetch-Site is {_shown(site)}, and {untrusted}."
    if origin is not None:
        return _by_origin("Origin", origin, scope, trusted)
    referer = found.get(b"referer")
    return Provenance.UNKNOWN if referer is None else _by_origin("Referer", _origin_of(referer), scope, trusted)


def websocket_provenance(scope: Scope, trusted: OriginSet) -> Provenance | str:
    """Where a WebSocket's handshake comes from, or why it is refused.

    All browsers send ``Origin`` with it (RFC 6455 section 4.1). ``Sec-Fetch-Site`` is not asked: Chromium sends none.

    >>> headers = [(b"origin", b"https://example.org"), (b"host", b"example.org")]
    >>> websocket_provenance({"type": "websocket", "headers": headers}, OriginSet([]))
    <Provenance.OWN: 1>
    """
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    if not origins:
        return Provenance.UNKNOWN
    if len(origins) > 1:
        return "The header Origin is there more than once."
    return _by_origin("Origin", origins[0], scope, trusted)


def _by_origin(header: str, origin: str, scope: Scope, trusted: OriginSet) -> Provenance | str:
    if is_own_origin(origin, scope):
        return Provenance.OWN
    if origin in trusted:
        return Provenance.TRUSTED
    hosts = ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"host")
    return f"The header {header} names {_shown(origin)}, which is neither trusted nor the host {_shown(hosts)}."


def _origin_of(referer: str) -> str:
    """The origin of a URL, or as much of it as there is."""
    scheme, separator, rest = referer.partition("://")
    return scheme + separator + _AFTER_AUTHORITY.split(rest, 1)[0]


def _shown(text: str) -> str:
    return repr(text[:_SHOWN])
