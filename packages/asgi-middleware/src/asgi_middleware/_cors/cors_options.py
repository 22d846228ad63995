"""The options of CORS, checked once, so that no request finds a policy that cannot work."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from asgi_types import is_token

from .._items import items

ALL_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
"""What ``*`` among the allowed methods stands for."""

SAFELISTED_HEADERS: Final = frozenset({"Accept", "Accept-Language", "Content-Language", "Content-Type"})
"""Request headers that are always allowed (Fetch standard section 2.2.2)."""


def methods(given: Collection[str]) -> tuple[str, ...]:
    """Allowed methods, those that everybody knows in upper case, and all of these for ``*``."""
    named = [method.upper() if method.upper() in ALL_METHODS else method for method in items(given)]
    _check_tokens(named, "a method")
    every = ALL_METHODS if "*" in named else ()
    return tuple(dict.fromkeys((*every, *(method for method in named if method != "*"))))


def names(given: Collection[str]) -> tuple[str, ...]:
    """Names of header fields."""
    named = items(given)
    _check_tokens(named, "the name of a header")
    return named


def _check_tokens(named: Collection[str], what: str) -> None:
    for name in named:
        if not is_token(name):
            raise ValueError(f"Not {what}: {name!r}. Give each one as an item of its own, without commas or spaces.")
