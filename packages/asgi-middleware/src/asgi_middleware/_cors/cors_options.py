"""The options of CORS, checked once, so that no request finds a policy that cannot work."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from asgi_types import is_token
from asgi_types.origin import OriginSet

from .._useful import log_useless, useful

ALL_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
"""What ``*`` among the allowed methods stands for."""

SAFELISTED_HEADERS: Final = frozenset({"Accept", "Accept-Language", "Content-Language", "Content-Type"})
"""Request headers that are always allowed (Fetch standard section 2.2.2)."""


def methods(given: Collection[str], *, refuses_useless: bool) -> tuple[str, ...]:
    """Allowed methods, those that everybody knows in upper case, and all of these for ``*``."""
    useful_ones = useful(given, _check_method, refuses_useless=refuses_useless)
    named = [method.upper() if method.upper() in ALL_METHODS else method for method in useful_ones]
    every = ALL_METHODS if "*" in named else ()
    return tuple(dict.fromkeys((*every, *(method for method in named if method != "*"))))


def names(given: Collection[str], *, refuses_useless: bool) -> tuple[str, ...]:
    """Names of header fields."""
    return useful(given, _check_name, refuses_useless=refuses_useless)


def origins(given: Collection[str], *, refuses_useless: bool) -> OriginSet:
    """Allowed origins, ``*`` among them."""
    if refuses_useless:
        return OriginSet(given, takes_all=True)
    return OriginSet(useful(given, _check_origin, refuses_useless=False), takes_all=True)


def age(given: int, *, refuses_useless: bool) -> int:
    """Whole seconds from 0 on."""
    if isinstance(given, int) and given >= 0:
        return given
    problem = f"max_age cannot be {given!r}: give whole seconds, or 0 to have nothing kept."
    if refuses_useless:
        raise ValueError(problem)
    log_useless(problem)
    return max(0, int(given))


def _check_origin(origin: str) -> None:
    OriginSet([origin], takes_all=True)


def _check_method(method: str) -> None:
    _check_token(method, "a method")


def _check_name(name: str) -> None:
    _check_token(name, "the name of a header")


def _check_token(name: str, what: str) -> None:
    if not is_token(name):
        raise ValueError(f"Not {what}: {name!r}. Give each one as an item of its own, without commas or spaces.")
