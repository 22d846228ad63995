"""A page whose template awaits what it needs: it is rendered by a task beside the one that sends it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import AsyncGeneratorType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from .._engine import AsyncTemplate
from .._jinja2.error_notes import note_template
from .page_stream import PageStream, is_cancellation

if TYPE_CHECKING:
    from anyio import Event

CLOSE_TIMEOUT: Final = 10.0
"""Seconds that the template has for closing once its page is not wanted any more."""


class TaskPage(PageStream):
    """The task waits while there are ``most`` bytes. It is cancelled where it is when nobody wants the page."""

    def __init__(self, template: AsyncTemplate, context: dict[str, Any], charset: str, most: int) -> None:
        super().__init__(charset, most)
        self._template = template
        self._context = context
        self._wanted_size = 0
        self._has_come: Event | None = None
        self._has_room: Event | None = None

    def _start(self) -> None:
        self._tasks.start_soon(self._render)

    async def _wait_for(self, size: int) -> None:
        from anyio import Event

        while self._size < size and not self._is_finished:
            self._wanted_size, self._has_come = size, Event()
            await self._has_come.wait()

    def _go_on(self) -> None:
        if self._has_room is not None:
            self._has_room.set()

    def _stop(self) -> None:
        """The task is cancelled, which is all."""

    async def _close(self) -> None:
        """The task has closed the iterator, which may have cancel scopes of its own, that no other task may leave."""

    async def _render(self) -> None:
        from anyio import Event

        try:
            pieces = self._template.generate_async(self._context)
            try:
                async for piece in pieces:
                    self._put(piece)
                    self._tell()
                    while self._size >= self._most:
                        self._has_room = Event()
                        await self._has_room.wait()
            finally:
                await _close_each([pieces, *self._context.values()])
        except BaseException as exc:
            if is_cancellation(exc):
                raise
            note_template(exc)
            self._error = exc  # it is raised by who asks for the next chunk
        finally:
            self._is_finished = True
            self._tell()

    def _tell(self) -> None:
        if self._has_come is not None and (self._is_finished or self._size >= self._wanted_size):
            self._has_come.set()


async def _close_each(values: list[Any]) -> None:
    """Close the first, and each generator among the rest, even if closing another one fails."""
    from anyio import move_on_after

    with move_on_after(CLOSE_TIMEOUT, shield=True):
        async with AsyncExitStack() as stack:
            for value in values[:0:-1]:
                if isinstance(value, AsyncGeneratorType):
                    stack.push_async_callback(value.aclose)
                elif isinstance(value, GeneratorType):
                    stack.callback(value.close)
            if hasattr(values[0], "aclose"):
                stack.push_async_callback(values[0].aclose)
