"""How many threads a piece may have, so that it starves nobody else's work, nor the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar


class ThreadLimiter:
    """So many threads on each event loop, which are not those that AnyIO lends to others.

    >>> import anyio
    >>> limiter = ThreadLimiter("example.threads", 2)
    >>> async def total():
    ...     return limiter.here().total_tokens
    >>> anyio.run(total)
    2
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._threads = threads
        self._limiters: RunVar[CapacityLimiter] | None = None  # made when it is needed: only threads need AnyIO

    def here(self) -> CapacityLimiter:
        """The limiter of the running event loop, for AnyIO."""
        from anyio import CapacityLimiter
        from anyio.lowlevel import RunVar

        if self._limiters is None:
            self._limiters = RunVar(self._name)
        try:
            return self._limiters.get()
        except LookupError:
            limiter = CapacityLimiter(self._threads)
            self._limiters.set(limiter)
            return limiter
