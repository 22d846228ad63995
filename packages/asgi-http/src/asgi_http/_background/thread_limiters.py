"""How many threads each kind of blocking work may have, so that none of them starves another.

Functions that answer requests share AnyIO's default limiter, which users know and tune. Files, streams and background
work have one of their own each: forty slow disks do not stop forty requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

P = ParamSpec("P")
T = TypeVar("T")

ThreadKind = Literal["files", "streams", "background"]
THREADS = 40
"""Threads of each kind, as many as AnyIO's default limiter has."""


def thread_limiter(kind: ThreadKind) -> CapacityLimiter:
    """The limiter of one kind of blocking work on the running event loop, to be watched or changed.

    ``files`` reads files for responses, ``streams`` iterates over what is not async, ``background`` runs background
    functions that are not async. Each has 40 threads. Raises AnyIO's ``NoEventLoopError``, a `RuntimeError`, outside
    an event loop.

    >>> import anyio
    >>> async def main():
    ...     thread_limiter("files").total_tokens = 100
    ...     return thread_limiter("files").total_tokens, thread_limiter("streams").total_tokens
    >>> anyio.run(main)
    (100, 40)
    """
    limiters: dict[str, CapacityLimiter] | None = _limiters().get(None)
    if limiters is None:
        limiters = {}
        _limiters().set(limiters)
    if kind not in limiters:
        from anyio import CapacityLimiter

        limiters[kind] = CapacityLimiter(THREADS)
    return limiters[kind]


async def run_in_threadpool(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await ``func(*args, **kwargs)`` in a thread of AnyIO's default limiter, as endpoints that are not async run.

    The function has the caller's context variables. Cancellation waits for it.

    >>> import anyio
    >>> anyio.run(run_in_threadpool, sorted, [3, 1, 2])
    [1, 2, 3]
    """
    from anyio import to_thread

    return await to_thread.run_sync(partial(func, *args, **kwargs))


async def run_in_thread(kind: ThreadKind, func: Callable[..., T], *args: object) -> T:
    """Await ``func(*args)`` in a thread of this kind. Cancellation waits for the function."""
    from anyio import to_thread

    return await to_thread.run_sync(func, *args, limiter=thread_limiter(kind))


@cache
def _limiters() -> RunVar[dict[str, CapacityLimiter] | None]:
    from anyio.lowlevel import RunVar  # only work in threads needs AnyIO

    return RunVar("asgi_http.thread_limiters")
