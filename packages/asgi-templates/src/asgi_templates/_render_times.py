"""How long templates took lately, which says whether the next rendering belongs in a thread."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

MAX_KEPT: Final = 1024
"""How many are remembered. Beyond that all are forgotten, and measured anew."""

FADING: Final = 0.8
"""What a time counts for after each shorter one."""


class RenderTimes:
    """The recent times of renderings in seconds: of each the longest, which fades.

    Raises `ValueError` for a ``limit`` that is negative or no number.

    >>> times = RenderTimes(0.005)
    >>> times.may_be_long("a.html")
    True
    >>> times.note("a.html", 0.001)
    >>> times.may_be_long("a.html")
    False
    """

    def __init__(self, limit: float) -> None:
        if not limit >= 0:
            raise ValueError(f"thread_after is {limit!r}: give seconds, 0 for a thread always, or math.inf.")
        self._limit = limit
        self._kept: dict[Hashable, float] = {}

    def may_be_long(self, key: Hashable) -> bool:
        """Whether ``key`` took the limit or more lately, or was never measured."""
        kept = self._kept.get(key)
        return kept is None or kept >= self._limit

    def note(self, key: Hashable, taken: float) -> None:
        """Remember a time."""
        kept = self._kept.get(key)
        if kept is None and len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[key] = taken if kept is None else max(taken, kept * FADING)
