"""A page that is rendered in threads, since its template does not know how to wait for anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from contextvars import Context, copy_context
from functools import cache, partial
from threading import Lock
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Final

from .._engine import StreamingTemplate
from .._jinja2.error_notes import note_template
from .page_stream import PageStream

if TYPE_CHECKING:
    from anyio import CapacityLimiter, Event
    from anyio.lowlevel import RunVar

THREADS: Final = 40
"""Threads that render pages on each event loop, as many as AnyIO lends to others; these are apart from them."""


class ThreadPage(PageStream):
    """A thread renders until there are ``most`` bytes, and another goes on when they were taken.

    So none is held by a client that is slow to read. Which thread it is may change between two pieces; the context
    variables stay the same.
    """

    def __init__(self, template: StreamingTemplate, context: dict[str, Any], charset: str, most: int) -> None:
        super().__init__(charset, most)
        self._template = template
        self._context = context
        self._iterator: Iterator[str] | None = None
        self._variables: Context | None = None
        self._step = Lock()
        self._filled: Event | None = None
        # Whether the thread has to return as soon as it has a piece.
        self._is_wanted = True

    def _start(self) -> None:
        self._fill_beside()

    async def _wait_for(self, size: int) -> None:
        if size < self._most:
            self._is_wanted = True
        while self._size < size and not self._is_finished:
            await self._fill_beside().wait()

    def _go_on(self) -> None:
        self._is_wanted = False
        self._fill_beside()

    def _stop(self) -> None:
        self._is_wanted = True

    async def _close(self) -> None:
        from anyio import CancelScope

        is_open = self._iterator is not None and not self._is_finished
        left = [self._iterator] if is_open else []
        left += [value for value in self._context.values() if isinstance(value, GeneratorType) and value.gi_suspended]
        if left:
            with CancelScope(shield=True):
                await self._run_in_thread(partial(_close_each, left))

    def _fill_beside(self) -> Event:
        """Have a thread render, if none does; the event tells that it has returned."""
        from anyio import Event

        if self._filled is None:
            self._filled = Event()
            self._tasks.start_soon(self._fill_in_thread, self._filled)
        return self._filled

    async def _fill_in_thread(self, filled: Event) -> None:
        try:
            await self._run_in_thread(self._fill)
            # It may have returned for somebody who took a piece meanwhile, and wants the next ones together.
            while not (self._is_wanted or self._is_finished or self._size >= self._most):
                await self._run_in_thread(self._fill)
        except Exception as exc:  # there is no thread
            self._error, self._is_finished = exc, True
        finally:
            self._filled = None
            filled.set()

    async def _run_in_thread(self, step: Callable[[], None]) -> None:
        from anyio import to_thread

        await to_thread.run_sync(self._run, step, limiter=_limiter())

    # The methods below run in a thread.

    def _run(self, step: Callable[[], None]) -> None:
        # An event loop that cancels a task leaves the thread it waited for alone, which goes on with its step.
        with self._step:
            # One context for all: a generator may reset a variable behind the piece that it set it before.
            if self._variables is None:
                self._variables = copy_context()
            self._variables.run(step)

    def _fill(self) -> None:
        try:
            if self._iterator is None:
                self._iterator = iter(self._template.generate(self._context))
            for piece in self._iterator:
                self._put(piece)
                if self._size >= (1 if self._is_wanted else self._most):
                    return
        except BaseException as exc:  # it is raised by who asks for the next chunk
            note_template(exc)
            self._error = exc
        self._is_finished = True


def _close_each(iterators: list[Any]) -> None:
    with ExitStack() as stack:  # each of them, even if closing another one fails
        for iterator in reversed(iterators):
            if hasattr(iterator, "close"):
                stack.callback(iterator.close)


def _limiter() -> CapacityLimiter:
    from anyio import CapacityLimiter

    limiter = _limiters().get(None)
    if limiter is None:
        limiter = CapacityLimiter(THREADS)
        _limiters().set(limiter)
    return limiter


@cache
def _limiters() -> RunVar[CapacityLimiter | None]:
    from anyio.lowlevel import RunVar  # only threads need AnyIO

    return RunVar("asgi_templates.page_threads")
