"""What a store does in several steps that belong together: nobody who is cancelled leaves half of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar, TypeVarTuple

from .session_store_unavailable import SessionStoreUnavailable

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

SAVE_TIMEOUT: Final = 30.0
"""Seconds that a save may take, in which nobody cancels it."""


async def done_whole(step: Callable[[*Arguments], Awaitable[Result]], *args: *Arguments) -> Result:
    """What ``step`` gives. Whoever cancels the caller waits for its end first, be it without AnyIO.

    It runs in a task of its own, as the event loop of asyncio, which `asyncio.wait_for` and servers cancel tasks by,
    knows no shield inside of a task. Raises `SessionStoreUnavailable` if it takes too long.
    """
    from anyio import create_task_group, move_on_after

    results: list[Result] = []
    errors: list[Exception] = []

    async def run() -> None:
        with move_on_after(SAVE_TIMEOUT, shield=True):
            try:
                results.append(await step(*args))
            except Exception as error:  # which would come out of the task group in a group of exceptions
                errors.append(error)

    async with create_task_group() as tasks:
        tasks.cancel_scope.shield = True
        tasks.start_soon(run)
    if errors:
        raise errors[0]
    if not results:
        raise SessionStoreUnavailable
    return results[0]
