"""Threads for what is too large to be compressed, or expanded, on the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

from .._thread_limiter import ThreadLimiter

T = TypeVar("T")

THREADS: Final = 40
"""Threads on each event loop, of their own: compressing starves nobody else's work, nor the other way round."""

_LIMITER = ThreadLimiter("asgi_middleware.compression_threads", THREADS)


async def run_in_thread(func: Callable[..., T], *args: object) -> T:
    """Await ``func(*args)`` in a thread. Cancellation waits for it, so that nobody else gets at what it works on.

    What it raises is raised here and not there: AnyIO would keep it in a frame that its traceback leads to, and Trio in
    the thread.
    """
    from anyio import to_thread

    failures: list[Exception] = []
    result = await to_thread.run_sync(_attempt, func, args, failures, limiter=_LIMITER.here())
    if failures:
        raise failures.pop()
    return cast("T", result)


def _attempt(func: Callable[..., T], args: tuple[object, ...], failures: list[Exception]) -> T | None:
    try:
        return func(*args)
    except Exception as exc:
        failures.append(exc)
        return None
