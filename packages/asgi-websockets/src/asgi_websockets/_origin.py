"""From where a page may open a WebSocket: browsers say so by ``Origin``, and send the user's cookies along.

The same-origin policy does not hold for WebSockets: any page may open one to any host (RFC 6455 section 10.2).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from asgi_types import HTTPException, Scope

if TYPE_CHECKING:
    from asgi_types.origin import OriginSet

AllowedOrigins = Collection[str] | None
"""Origins that may connect, ``"*"`` for all; None is the same origin if there is a session, and else all."""

ALLOWED_ORIGINS: Final = "asgi_websockets.allowed_origins"
"""The scope key of what a `WebSocketPolicyMiddleware` allows, for each WebSocket that does not say it itself."""


def check_origin(scope: Scope, allowed: AllowedOrigins) -> None:
    """Raise `HTTPException` with status 403 if a page of another origin, that is not ``allowed``, opens this WebSocket.

    See `WebSocket` for what ``allowed`` holds; None is what a `WebSocketPolicyMiddleware` has said. What has no
    ``Origin`` is no page of a browser, and may connect. Raises `ValueError` if something in ``allowed`` is no origin.

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
    origins = origin_set(allowed)
    if origins.has_all:
        return
    named = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"origin"]
    if not named:
        return
    from asgi_types.origin import is_own_origin

    if len(named) > 1 or not (is_own_origin(named[0], scope) or named[0] in origins):
        hosts = ", ".join(value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host")
        shown = ", ".join(named)
        raise HTTPException(403, f"WebSockets from {shown[:200]!r} are not allowed at {hosts[:200]!r}.")


def origin_set(allowed: Collection[str]) -> OriginSet:
    """The set of these origins, ``"*"`` among them if it is listed; `ValueError` for what is none."""
    return _made((allowed,) if isinstance(allowed, str) else tuple(allowed))


@lru_cache(maxsize=64)
def _made(allowed: tuple[str, ...]) -> OriginSet:
    from asgi_types.origin import OriginSet  # here, as nobody needs it before an origin is to be checked

    return OriginSet(allowed, takes_all=True)
