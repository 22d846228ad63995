"""Rate limits within one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from time import monotonic
from types import TracebackType
from typing import Final, Self

from .bounded_key import bounded_key
from .rate_limit import RateLimit
from .rate_limit_verdict import RateLimitVerdict
from .sliding_window import SlidingWindow

SWEPT_AT_ONCE: Final = 2
"""Old counters that a hit removes while it adds one at most: so they go faster than they come."""


class MemoryRateLimitStore:
    """Counts in this process, in memory, on one event loop; several processes each count for themselves.

    For each length of window at most ``max_keys`` keys are kept. Beyond that the key is forgotten whose last count is
    the longest ago, and it begins anew; those that do not count any more are forgotten before. A key takes 200 to 800
    bytes for each of its limits. ``clock`` gives seconds and must never go back.

    Raises `ValueError` for ``max_keys`` below 1.

    >>> import asyncio
    >>> store = MemoryRateLimitStore()
    >>> verdict, = asyncio.run(store.hit("ann", [RateLimit(10, per=60)]))
    >>> verdict.is_allowed, verdict.remaining
    (True, 9)
    """

    def __init__(self, *, max_keys: int = 100_000, clock: Callable[[], float] = monotonic) -> None:
        if max_keys < 1:
            raise ValueError(f"max_keys is 1 or more, not {max_keys}.")
        self.max_keys = max_keys
        self._clock = clock
        # By length of slice, and then by key, that with the oldest last count first.
        self._windows: dict[int, OrderedDict[str, SlidingWindow]] = {}

    def __len__(self) -> int:
        """How many counters there are."""
        return sum(len(windows) for windows in self._windows.values())

    async def hit(self, key: str, limits: Sequence[RateLimit], cost: int = 1) -> list[RateLimitVerdict]:
        """Count ``cost`` for ``key`` if each of ``limits`` has room for it; see `RateLimitStore.hit`.

        Raises `ValueError` for a cost below 0.
        """
        if cost < 0:
            raise ValueError(f"A cost is 0 or more, not {cost}.")
        now = int(self._clock() * 1_000_000)
        key = bounded_key(key)
        found = [(limit, self._window(key, limit, now)) for limit in limits]
        verdicts = [window.judge(limit, now, cost) for limit, window in found]
        if cost == 0 or not all(verdict.is_allowed for verdict in verdicts):
            return verdicts
        for limit, window in found:
            window.add(limit, now, cost)
            self._keep(key, limit, window, now)
        return [window.judge(limit, now, 0) for limit, window in found]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """There is nothing to end: what is counted stays."""

    def _window(self, key: str, limit: RateLimit, now: int) -> SlidingWindow:
        windows = self._windows.get(limit.slice_length)
        window = None if windows is None else windows.get(key)
        if window is None:
            return SlidingWindow()
        window.forget(limit, now)
        return window

    def _keep(self, key: str, limit: RateLimit, window: SlidingWindow, now: int) -> None:
        windows = self._windows.setdefault(limit.slice_length, OrderedDict())
        windows[key] = window
        windows.move_to_end(key)
        for _ in range(SWEPT_AT_ONCE):
            oldest = next(iter(windows.values()))
            if len(windows) > self.max_keys or oldest.is_over(limit, now):
                windows.popitem(last=False)
