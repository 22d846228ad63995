"""Awaiting what mostly need not be waited for, and being told when it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Suspension(Generic[T]):
    """An awaitable in place of another: ``begin`` is called when that has to wait, and ``end`` when it is over.

    Neither is called if it never waits, as most calls of a server's ``send`` and ``receive`` do not: a timer would be
    set up for nothing. It may be awaited once.

    >>> import asyncio
    >>> async def wait(steps):
    ...     for _ in range(steps):
    ...         await asyncio.sleep(0)
    ...     return "done"
    >>> async def main():
    ...     for steps in (0, 2):
    ...         print(await Suspension(wait(steps), lambda: print("waits"), lambda: print("is over")))
    >>> asyncio.run(main())
    done
    waits
    is over
    done
    """

    __slots__ = ("_awaitable", "_begin", "_end")

    def __init__(self, awaitable: Awaitable[T], begin: Callable[[], None], end: Callable[[], None]) -> None:
        self._awaitable = awaitable
        self._begin = begin
        self._end = end

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._awaitable.__await__()
        try:
            request = next(steps)  # what the event loop is asked for
        except StopIteration as done:
            result: T = done.value
            return result
        self._begin()
        try:
            return (yield from _Remaining(steps, request))
        finally:
            self._end()


_MADE: Any = object()


class _Remaining(Generator[Any, Any, T]):
    """A generator that has made its first step, as one that has it still to make."""

    __slots__ = ("_request", "_steps")

    def __init__(self, steps: Generator[Any, Any, T], request: Any) -> None:
        self._steps = steps
        self._request = request

    def send(self, value: Any) -> Any:
        if self._request is not _MADE:
            request, self._request = self._request, _MADE
            return request
        return self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        return self._steps.throw(*error)
