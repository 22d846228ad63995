"""A task beside a block, which raises what it raises as it is and not in a group."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from anyio import CancelScope


@asynccontextmanager
async def beside(work: Callable[[], Awaitable[None]]) -> AsyncGenerator[CancelScope, None]:
    """Run ``work()`` beside the block, and cancel it when that ends; the scope is both, and ends both.

    The first failure, the block's or that of ``work``, ends the other and is raised.
    """
    from anyio import create_task_group, get_cancelled_exc_class

    failure: BaseException | None = None

    async def attempt() -> None:
        nonlocal failure
        try:
            await work()
        except Exception as exc:
            failure = failure or exc
            tasks.cancel_scope.cancel()

    try:
        async with create_task_group() as tasks:
            tasks.start_soon(attempt)
            try:
                yield tasks.cancel_scope
            except BaseException as exc:
                if _has_cancellation(exc, get_cancelled_exc_class()):
                    raise  # to the scope it belongs to
                failure = failure or exc
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
    finally:
        failure = None  # its traceback refers to this frame


def _has_cancellation(exc: BaseException, cancelled: type[BaseException]) -> bool:
    """Whether ``exc`` is a cancellation, or a group with one, as trio makes of a failure that is met by one."""
    if isinstance(exc, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", exc).subgroup(cancelled) is not None
    return isinstance(exc, cancelled)
