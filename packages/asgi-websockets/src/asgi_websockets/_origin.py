"""From where a page may open a WebSocket: browsers say so by ``Origin``, and send the user's cookies along.

The same-origin policy does not hold for WebSockets: any page may open one to any host (RFC 6455 section 10.2).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from asgi_types import HTTPException, Scope, parse_host, scope_host

AllowedOrigins = Collection[str] | None
"""Origins that may connect, ``"*"`` for all; None is the same origin if there is a session, and else all."""

ALLOWED_ORIGINS: Final = "asgi_websockets.allowed_origins"
"""The scope key of what a `WebSocketPolicyMiddleware` allows, for each WebSocket that does not say it itself."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def check_origin(scope: Scope, allowed: AllowedOrigins) -> None:
    """Raise `HTTPException` with status 403 if a page of another origin, that is not ``allowed``, opens this WebSocket.

    See `WebSocket` for what ``allowed`` holds; None is what a `WebSocketPolicyMiddleware` has said. What has no
    ``Origin`` is no page of a browser, and may connect.

    >>> scope = {"type": "websocket", "headers": [(b"origin", b"https://evil.example"), (b"host", b"example.org")]}
    >>> check_origin(scope, ["https://*.example.org"])
    Traceback (most recent call last):
    asgi_types._exceptions.HTTPException: 403: WebSockets from 'https://evil.example' are not allowed at 'example.org'.
    """
    if allowed is None:
        allowed = scope.get(ALLOWED_ORIGINS)
    if allowed is None:
        if "session" not in scope:
            return
        allowed = ()
    patterns = _patterns(allowed)
    if "*" in patterns:
        return
    origins = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"origin"]
    if not origins:
        return
    if len(origins) > 1 or not (_is_same(origins[0], scope) or _matches_any(origins[0], patterns)):
        hosts = ", ".join(value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host")
        shown = ", ".join(origins)
        raise HTTPException(403, f"WebSockets from {shown[:200]!r} are not allowed at {hosts[:200]!r}.")


def check_patterns(allowed: AllowedOrigins) -> None:
    """Raise `ValueError` for what could be no origin, and would never match."""
    for pattern in _patterns(allowed or ()):
        plain = pattern.replace("://*.", "://", 1)
        if pattern not in ("*", "null") and ("*" in plain or _split(plain)[1] is None):
            raise ValueError(
                f"Not an origin: {pattern!r}. Write it as 'https://example.org' or 'https://*.example.org'."
            )


def _patterns(allowed: Collection[str]) -> Collection[str]:
    return (allowed,) if isinstance(allowed, str) else allowed  # text is a collection too, of characters


def _is_same(origin: str, scope: Scope) -> bool:
    """Whether host and port are those of the ``Host`` header. A proxy may have ended TLS, so the scheme may differ."""
    scheme, host = _split(origin)
    asked = scope_host(scope)
    if host is None or asked is None or scheme not in DEFAULT_PORTS:  # an app's own scheme is an origin of its own
        return False
    return _key(scheme, host) == _key(scheme, asked)


def _matches_any(origin: str, patterns: Collection[str]) -> bool:
    if origin in patterns:  # as it is, which goes for "null" as well
        return True
    scheme, host = _split(origin)
    return host is not None and any(_matches(scheme, host, pattern) for pattern in patterns)


def _matches(scheme: str, host: tuple[str, int | None], pattern: str) -> bool:
    wanted_scheme, wanted = _split(pattern.replace("://*.", "://", 1))
    if wanted is None or wanted_scheme != scheme:
        return False
    name, port = _key(scheme, host)
    wanted_name, wanted_port = _key(scheme, wanted)
    is_named = name.endswith(f".{wanted_name}") if "://*." in pattern else name == wanted_name
    return is_named and port == wanted_port


def _split(origin: str) -> tuple[str, tuple[str, int | None] | None]:
    scheme, separator, host = origin.partition("://")
    return scheme.lower(), parse_host(host) if separator else None


def _key(scheme: str, host: tuple[str, int | None]) -> tuple[str, int | None]:
    name, port = host
    return name.lower(), DEFAULT_PORTS.get(scheme) if port is None else port
