"""Going through whatever a response is made of: async or not, off the event loop where it may block, always closed.

An iterable that is not async is read in a thread. While somebody sends what it gives, the thread runs ahead up to a
limit, so that a fast one costs a change of threads per batch and not per item, and a slow one keeps no item back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextvars import Context, copy_context
from threading import Lock
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from .._background.thread_limiters import run_in_thread
from .._task_scope import TaskScope, task_scope

if TYPE_CHECKING:
    from anyio import Event

T = TypeVar("T")

MAX_ITEMS: Final = 64
"""Items that a thread makes ahead of who sends them."""

MAX_SIZE: Final = 64 * 1024
"""Bytes or characters after which it makes no more ahead, whatever the number of items."""

PATIENCE: Final = 0.001
"""Seconds for which more items are awaited before those that are there are handed over."""

CLOSE_TIMEOUT: Final = 10.0
"""Seconds that an async iterator has for closing once whoever reads it is cancelled."""


def iterate(content: AsyncIterable[T] | Iterable[T]) -> AsyncIterable[T]:
    """``content`` itself if it is async, else an async iterator over it.

    A list or tuple is read where it is, anything else in a thread of the kind ``streams``. Raises `TypeError` if
    ``content`` cannot be iterated over.
    """
    if isinstance(content, AsyncIterable):
        return content
    if isinstance(content, (list, tuple)):
        return _each(content)
    if isinstance(content, Iterable):
        return ThreadIterator(content)
    raise TypeError(
        f"Cannot iterate over {type(content).__name__}: give an async or plain iterable, such as a generator or a list."
    )


def iterate_in_threadpool(iterator: Iterable[T]) -> AsyncIterator[T]:
    """An async iterator over an iterable that is not async, which runs in threads of the kind ``streams``.

    Each item is asked for when it is wanted, or a little ahead where a `StreamingResponse` sends them, and all are made
    in one context, that of the first. ``aclose()`` closes a generator that was not read to its end.

    >>> import asyncio
    >>> async def main():
    ...     return [number async for number in iterate_in_threadpool(range(3))]
    >>> asyncio.run(main())
    [0, 1, 2]
    """
    return ThreadIterator(iterator)


async def _each(items: Iterable[T]) -> AsyncIterator[T]:
    for item in items:
        yield item


class ThreadIterator(AsyncIterator[T], Generic[T]):
    """An async iterator over an iterable that is not async, which runs in a thread: the same context for all items."""

    def __init__(self, iterable: Iterable[T]) -> None:
        self._iterable = iterable
        self._iterator: Iterator[T] | None = None
        self._context: Context | None = None
        self._step = Lock()
        self._items: deque[T] = deque()
        self._error: BaseException | None = None
        self._is_finished = False
        self._is_closed = False
        self._tasks: TaskScope | None = None
        self._filled: Event | None = None
        # Whether the thread has to return as soon as it has an item.
        self._is_wanted = True

    async def read_ahead(self, work: Callable[[], Awaitable[None]]) -> None:
        """Await ``work()``, during which the thread may run ahead of it by 64 items or 64 KiB.

        What ``work`` raises is raised as it is, not in a group. The thread has returned when this does.
        """
        async with task_scope() as tasks:
            self._tasks = tasks
            try:
                await work()
            finally:
                self._is_wanted = True
                self._tasks = None

    async def __anext__(self) -> T:
        while not self._items:
            if self._is_finished:
                error, self._error = self._error, None
                if isinstance(error, StopAsyncIteration):  # it would pass for the end
                    raise RuntimeError("An iterator that is not async raised StopAsyncIteration.") from error
                raise StopAsyncIteration if error is None else error
            if self._tasks is None:
                await run_in_thread("streams", self._run, self._fill)
            else:
                await self._wait_for_items(self._tasks)
        return self._items.popleft()

    async def aclose(self) -> None:
        """Close the iterator if it can be closed, in a thread; one that came to its end was closed there.

        A thread cannot be cancelled: this waits for the item that is being made, however long that takes.
        """
        self._is_finished = True
        self._items.clear()
        if self._is_closed:
            return
        # What was given may be the iterator already, such as a generator that nobody asked for an item yet.
        if self._iterator is None and isinstance(self._iterable, Iterator):
            self._iterator = self._iterable
        if _closes_at_once(self._iterator):
            self._close()
        elif hasattr(self._iterator, "close"):
            await run_in_thread("streams", self._run, self._close)

    async def _wait_for_items(self, tasks: TaskScope) -> None:
        """Return when there are items, or none will come."""
        from anyio import Event, move_on_after

        filled = self._filled
        if filled is None:
            filled = self._filled = Event()
            self._is_wanted = False
            tasks.start_soon(self._fill_in_thread, filled)
        with move_on_after(PATIENCE):
            await filled.wait()
            return
        self._is_wanted = True
        if not self._items:
            await filled.wait()

    async def _fill_in_thread(self, filled: Event) -> None:
        try:
            await run_in_thread("streams", self._run, self._fill)
        except Exception as exc:  # there is no thread
            self._error, self._is_finished = exc, True
        finally:
            self._filled = None
            filled.set()

    # The methods below run in a thread.

    def _run(self, step: Callable[[], None]) -> None:
        # An event loop that cancels a task leaves the thread it waited for alone, which goes on with its step.
        with self._step:
            # One context for all: a generator may reset a variable after the yield that it set before it.
            if self._context is None:
                self._context = copy_context()
            self._context.run(step)

    def _fill(self) -> None:
        try:
            if self._iterator is None:
                self._iterator = iter(self._iterable)
            size = 0
            for item in self._iterator:
                self._items.append(item)
                size += _size(item)
                if self._is_wanted or len(self._items) >= MAX_ITEMS or size >= MAX_SIZE:
                    return
            self._close()
        except BaseException as exc:  # it is raised by who asks for the next item
            self._error = exc
        self._is_finished = True

    def _close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is not None and not self._is_closed:
            self._is_closed = True
            close()


def _closes_at_once(iterator: object) -> bool:
    """Whether closing runs no code: of a generator that has not begun, or has ended."""
    if not isinstance(iterator, GeneratorType):
        return False
    return not iterator.gi_running and not iterator.gi_suspended


def _size(item: object) -> int:
    if isinstance(item, memoryview):
        return item.nbytes
    return len(item) if isinstance(item, (bytes, str, bytearray)) else 0


class closing:  # noqa: N801 - used like contextlib.aclosing
    """Closes an iterator at the end of a block if it can be closed; anything else is left alone.

    A block that was cancelled waits for it as well: for 10 seconds at most, and for one that runs in a thread, which
    cannot be cancelled, as long as that takes.
    """

    __slots__ = ("_iterator",)

    def __init__(self, iterator: object) -> None:
        self._iterator = iterator

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, exc_type: object, exc: BaseException | None, traceback: object) -> None:
        # An iterable that is no iterator is not ours to close: it may be gone through again. And when the coroutine
        # itself is thrown away, nothing can be awaited any more.
        if not hasattr(self._iterator, "__anext__") or isinstance(exc, GeneratorExit):
            return
        if exc is None or isinstance(exc, Exception):
            await self._close()
        else:
            from anyio import move_on_after  # it is there already, unless the event loop itself cancels

            with move_on_after(CLOSE_TIMEOUT, shield=True):
                await self._close()

    async def _close(self) -> None:
        close: Any = getattr(self._iterator, "aclose", None) or getattr(self._iterator, "close", None)
        if close is not None:
            closed = close()
            if hasattr(closed, "__await__"):
                await closed
