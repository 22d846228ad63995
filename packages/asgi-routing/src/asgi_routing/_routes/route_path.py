"""The part of a path that is left to match, as the server decoded it or with its encoded slashes kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from asgi_types import ENCODED_SLASH, Scope, get_route_path

RAW_PATH: Final = "asgi_routing.raw_path"
"""The scope key by which a router asks for ``%2F`` to be kept apart from a slash, by itself and all below it."""


def route_path(scope: Scope) -> str:
    """What is left of the path below the mounts; an encoded slash in it is `ENCODED_SLASH` if a router asked for that.

    It is a plain slash where the server gives no ``raw_path``, or one that is not that of ``path``.
    """
    path = get_route_path(scope)
    if RAW_PATH not in scope:
        return path
    # One character stands for another, so what is left begins at the same place in both.
    whole = whole_path(scope)
    return whole[len(whole) - len(path) :]


def whole_path(scope: Scope) -> str:
    """The whole path, with encoded slashes as `route_path` has them."""
    path: str = scope["path"]
    raw: bytes | None = scope.get("raw_path") if RAW_PATH in scope else None
    if not raw or b"%2" not in raw:
        return path
    whole = _decoded(raw)
    return whole if whole.replace(ENCODED_SLASH, "/") == path else path


@lru_cache(maxsize=16)  # each route that is asked for a path asks for this
def _decoded(raw: bytes) -> str:
    parts = raw.replace(b"%2f", b"%2F").split(b"%2F")
    return ENCODED_SLASH.join(unquote_to_bytes(part).decode("utf-8", "replace") for part in parts)
