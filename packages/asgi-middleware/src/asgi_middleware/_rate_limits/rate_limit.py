"""How often something may happen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import ceil
from typing import Final

SLICES: Final = 32
"""Parts that a window is counted in: a place is free at most this part of the window later than it could be."""

MOST: Final = 10**15 - 1
"""The largest integer of a structured field (RFC 9651 section 3.3.1), and less than what Lua counts exactly."""

_UNIT_NAMES: Final = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}
_UNIT_SECONDS: Final = {
    **{name: seconds for seconds, name in _UNIT_NAMES.items()},
    **{f"{name}s": seconds for seconds, name in _UNIT_NAMES.items()},
    **{name[0]: seconds for seconds, name in _UNIT_NAMES.items()},
    "sec": 1,
    "min": 60,
}
_TEXT: Final = re.compile(r"([0-9]{1,15})/([0-9]{1,10}(?:\.[0-9]{1,20})?)?([a-z]{1,7})")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``limit`` in any ``per`` seconds, wherever these begin.

    Time is cut into slices of ``per / 32``, and what is counted in the current one and in the 32 before it is never
    more than ``limit``. So a place is free again at the latest one slice after its window has passed, and a counter
    needs no more than 33 numbers, however high the limit is.

    ``limit`` is 1 to 999,999,999,999,999, and ``per`` 0.001 to 1,000,000,000. Raises `ValueError` for anything else.

    >>> RateLimit(100, per=60)
    RateLimit(limit=100, per=60)
    >>> print(RateLimit.parse("100/minute"), RateLimit(5, per=90))
    100/minute 5/90s
    """

    limit: int
    per: float
    slice_length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.limit, int) or not 1 <= self.limit <= MOST:
            raise ValueError(f"A rate limit is a whole number from 1 to {MOST}, not {self.limit!r}.")
        if not 0.001 <= self.per <= 1e9:
            raise ValueError(f"The window of a rate limit is 0.001 to 1000000000 seconds, not {self.per!r}.")
        # Whole microseconds, as the clock of Redis has them; rounded up, so that the slices are never too short.
        object.__setattr__(self, "slice_length", ceil(self.per * 1_000_000 / SLICES))

    @property
    def memory(self) -> float:
        """Seconds after which nothing that was counted counts any more: the window and one slice."""
        return (SLICES + 1) * self.slice_length / 1_000_000

    @classmethod
    def parse(cls, text: str) -> RateLimit:
        """The limit that a text like ``"10/second"``, ``"1000/hour"`` or ``"5/90s"`` is.

        Units are ``second``, ``minute``, ``hour`` and ``day``, also in the plural, and ``s``, ``sec``, ``m``, ``min``,
        ``h`` and ``d``; a number before one is how many of them. Raises `ValueError` for anything else.

        >>> RateLimit.parse("3/10min")
        RateLimit(limit=3, per=600)
        """
        found = _TEXT.fullmatch(str(text))  # what is no text is no rate limit either
        unit = None if found is None else _UNIT_SECONDS.get(found[3])
        if found is None or unit is None:
            raise ValueError(f"Not a rate limit: {text!r}. Write it as '100/minute', '10/second' or '5/90s'.")
        count = found[2] or "1"
        return cls(int(found[1]), (float(count) if "." in count else int(count)) * unit)

    def __str__(self) -> str:
        """The text that `parse` takes."""
        if self.per in _UNIT_NAMES:
            return f"{self.limit}/{_UNIT_NAMES[int(self.per)]}"
        return f"{self.limit}/{int(self.per) if self.per == int(self.per) else self.per}s"
