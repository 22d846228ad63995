"""What was counted in the slices of one window."""

from __future__ import annotations

from array import array

from .rate_limit import SLICES, RateLimit
from .rate_limit_verdict import RateLimitVerdict, verdict_of


class SlidingWindow:
    """The counts of one key, in at most 33 slices; all times are whole microseconds.

    A window of 32 slices' length touches at most 33 of them, wherever it begins. So it is enough that the current slice
    and the 32 before it together never hold more than the limit.

    >>> window = SlidingWindow()
    >>> limit = RateLimit(1, per=3.2)
    >>> window.forget(limit, 1_000_000)
    >>> window.add(limit, 1_000_000, 1)
    >>> window.judge(limit, 1_050_000, 1).retry_after
    3.25
    """

    __slots__ = ("_slices", "count")

    def __init__(self) -> None:
        self._slices = array("q")  # the number of a slice and its count, in turn, the oldest first
        self.count = 0

    def is_over(self, limit: RateLimit, now: int) -> bool:
        """Whether nothing counts any more."""
        return not self._slices or self._slices[-2] < now // limit.slice_length - SLICES

    def forget(self, limit: RateLimit, now: int) -> None:
        """Remove what does not count any more."""
        oldest = now // limit.slice_length - SLICES
        end = 0
        while end < len(self._slices) and self._slices[end] < oldest:
            self.count -= self._slices[end + 1]
            end += 2
        del self._slices[:end]

    def add(self, limit: RateLimit, now: int, cost: int) -> None:
        """Count."""
        current = now // limit.slice_length
        if self._slices and self._slices[-2] == current:
            self._slices[-1] += cost
        else:
            self._slices.extend((current, cost))
        self.count += cost

    def has_room(self, limit: RateLimit, cost: int) -> bool:
        """Whether so much more may be counted."""
        return self.count + cost <= limit.limit

    def judge(self, limit: RateLimit, now: int, cost: int) -> RateLimitVerdict:
        """The verdict for so much more, which is not counted."""
        reset = self._end(limit, now, 1) if self._slices else 0
        excess = self.count + cost - limit.limit
        wait = 0
        if excess > 0:
            wait = self._end(limit, now, excess) if cost <= limit.limit else -1
        return verdict_of(limit, excess <= 0, self.count, reset, wait)

    def _end(self, limit: RateLimit, now: int, amount: int) -> int:
        """How long until at least ``amount`` of what is counted has left the window."""
        place = -2
        while amount > 0:
            place += 2
            amount -= self._slices[place + 1]
        return (self._slices[place] + SLICES + 1) * limit.slice_length - now
