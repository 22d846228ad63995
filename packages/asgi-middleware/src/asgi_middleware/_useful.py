"""Options that could never have an effect: refused, or left out by who must start with whatever was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ._items import items


def useful(given: Iterable[str], check: Callable[[str], object], *, refuses_useless: bool) -> tuple[str, ...]:
    """The items of an option; those that ``check`` refuses raise its `ValueError`, or are logged and left out.

    >>> def check(item):
    ...     if item != "GET":
    ...         raise ValueError(f"Not a method: {item!r}")
    >>> useful(["GET", "a b"], check, refuses_useless=False)
    ('GET',)
    """
    every = items(given)
    if not refuses_useless:
        return tuple(item for item in every if _is_useful(item, check))
    for item in every:
        check(item)
    return every


def log_useless(problem: object) -> None:
    """Tell what of the options is without effect."""
    from logging import getLogger  # hardly anybody needs it

    getLogger("asgi_middleware").warning("Without effect: %s", problem)


def _is_useful(item: str, check: Callable[[str], object]) -> bool:
    try:
        check(item)
    except ValueError as error:
        log_useless(error)
        return False
    return True
