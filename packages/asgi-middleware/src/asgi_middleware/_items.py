"""What is given as an option of several items."""

from __future__ import annotations

from collections.abc import Iterable


def items(given: Iterable[str]) -> tuple[str, ...]:
    """The items of an option; a string is one of them, not a collection of letters.

    >>> items("GET"), items(["GET", "HEAD"])
    (('GET',), ('GET', 'HEAD'))
    """
    return (given,) if isinstance(given, str) else tuple(given)
