"""A task group that raises the first failure as it is, and knows a cancellation from what only looks like one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anyio.abc import TaskGroup


@asynccontextmanager
async def task_scope() -> AsyncGenerator[TaskScope, None]:
    """A block whose tasks end before it does: the first failure, its own or a task's, cancels all and is raised."""
    from anyio import create_task_group  # only what lasts needs a task

    scope = TaskScope()
    try:
        async with create_task_group() as scope.tasks:
            try:
                yield scope
            except BaseException as exc:
                if is_cancellation(exc):
                    raise
                scope.note(exc)
            if scope.failure is not None:
                scope.cancel()
    finally:
        # What failed refers to the block's frame, and so to the scope, which must not refer back to it.
        failure, scope.failure = scope.failure, None
        del scope.tasks
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame


class TaskScope:
    """The tasks of one block."""

    tasks: TaskGroup
    failure: BaseException | None = None

    def start_soon(self, func: Callable[..., Awaitable[object]], *args: Any, name: object = None) -> None:
        """Run ``func(*args)`` beside the block, in the caller's context variables."""
        shown = getattr(func, "__qualname__", func) if name is None else name
        self.tasks.start_soon(self._attempt, func, args, name=shown)

    def cancel(self) -> None:
        """Cancel the block and its tasks, which is no failure."""
        self.tasks.cancel_scope.cancel()

    def note(self, exc: BaseException) -> None:
        """Keep ``exc``, which is raised when all has ended, if it is the first failure."""
        if self.failure is None:
            self.failure = exc

    async def _attempt(self, func: Callable[..., Awaitable[object]], args: tuple[Any, ...]) -> None:
        try:
            await func(*args)
            return
        except BaseException as exc:
            if is_cancellation(exc):
                raise
            self.note(exc)
        # Not where the failure is handled: what is cancelled there would have it as its context, and keep it.
        self.cancel()


def is_cancellation(exc: BaseException) -> bool:
    """Whether ``exc`` is the cancellation of a scope that the running code is in.

    Asyncio raises the same class when what a task waits for was cancelled, and when its loop cancels a task: that is a
    failure like any other, which must not end a block as if nothing were the matter.
    """
    from anyio import current_effective_deadline, get_cancelled_exc_class

    return isinstance(exc, get_cancelled_exc_class()) and current_effective_deadline() == float("-inf")
