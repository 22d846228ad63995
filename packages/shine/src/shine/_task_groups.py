"""Task groups as Starlette has them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from ._deprecation import warn_deprecated

if TYPE_CHECKING:
    from anyio.abc import TaskGroup


@asynccontextmanager
async def create_collapsing_task_group() -> AsyncGenerator[TaskGroup, None]:
    """An AnyIO task group that raises the exception of the only one that failed as it is, and not in a group.

    >>> import anyio
    >>> async def main():
    ...     async with create_collapsing_task_group():
    ...         raise LookupError("no such thing")
    >>> anyio.run(main)
    Traceback (most recent call last):
    LookupError: no such thing
    """
    from anyio import create_task_group  # only what has tasks needs it

    try:
        async with create_task_group() as tasks:
            yield tasks
        return
    except BaseExceptionGroup as group:
        failure = _only(group)
        if failure is group:
            raise
    try:
        raise failure  # out here, since the group would be its context, and that is a cycle
    finally:
        del failure  # its traceback refers to this frame


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception that is alone in a group, or in the only group of a group."""
    first, *others = group.exceptions
    if others:
        return group
    return _only(cast("BaseExceptionGroup[Any]", first)) if isinstance(first, BaseExceptionGroup) else first


async def run_until_first_complete(*args: tuple[Callable[..., Awaitable[Any]], Mapping[str, Any]]) -> None:
    """Run async functions, each with its keyword arguments, side by side until one of them returns.

    The others are cancelled then. What one raises cancels the others and is raised, of several as an `ExceptionGroup`.
    Deprecated: use a task group of AnyIO, whose ``cancel_scope`` says what ends it.
    """
    warn_deprecated("run_until_first_complete is deprecated and will be removed in a future version.")

    async with create_collapsing_task_group() as tasks:

        async def run(func: Callable[..., Awaitable[Any]], kwargs: Mapping[str, Any]) -> None:
            await func(**kwargs)
            tasks.cancel_scope.cancel()

        for func, kwargs in args:
            tasks.start_soon(run, func, kwargs)
