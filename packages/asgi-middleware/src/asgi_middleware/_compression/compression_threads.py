"""Threads for what is too large to be compressed, or expanded, on the event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

T = TypeVar("T")

THREADS: Final = 40
"""Threads on each event loop, of their own: compressing starves nobody else's work, nor the other way round."""


async def run_in_thread(func: Callable[..., T], *args: object) -> T:
    """Await ``func(*args)`` in a thread. Cancellation waits for it, so that nobody else gets at what it works on."""
    from anyio import CapacityLimiter, to_thread

    limiter = _limiter().get(None)
    if limiter is None:
        limiter = CapacityLimiter(THREADS)
        _limiter().set(limiter)
    return await to_thread.run_sync(func, *args, limiter=limiter)


@cache
def _limiter() -> RunVar[CapacityLimiter | None]:
    from anyio.lowlevel import RunVar  # only work in threads needs AnyIO

    return RunVar("asgi_middleware.compression_threads")
