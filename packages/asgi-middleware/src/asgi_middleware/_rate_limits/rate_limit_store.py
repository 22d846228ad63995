"""Who counts for a rate limit."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from .rate_limit import RateLimit
from .rate_limit_verdict import RateLimitVerdict


class RateLimitStore(Protocol):
    """Counts what is let through, by key and limit.

    It is used inside ``async with``, which `RateLimitMiddleware` does around the lifespan of its application. It may be
    entered again while it is, so that several middleware share one.

    >>> import asyncio
    >>> from asgi_middleware import MemoryRateLimitStore
    >>> async def main() -> None:
    ...     async with MemoryRateLimitStore() as store:
    ...         for _ in range(2):
    ...             verdicts = await store.hit("sign in: ann", [RateLimit(1, per=60)])
    ...             print(verdicts[0].is_allowed)
    >>> asyncio.run(main())
    True
    False
    """

    async def hit(self, key: str, limits: Sequence[RateLimit], cost: int = 1) -> Sequence[RateLimitVerdict]:
        """Count ``cost`` for ``key`` if each of ``limits`` has room for it, and nothing otherwise, in one step.

        Gives the verdict of each limit; or none, if the store cannot count and lets everything through. Limits of one
        key have different windows: those of the same one share what is counted.

        Raises `RateLimitUnavailable` if the store cannot count and lets nothing through.
        """
        ...

    async def __aenter__(self) -> object:
        """Begin, and give the store."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End what was begun last."""
        ...
