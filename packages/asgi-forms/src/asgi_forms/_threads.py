"""Blocking calls, out of the event loop's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar, TypeVarTuple

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def in_thread(function: Callable[[*Arguments], Result], *args: *Arguments) -> Awaitable[Result]:
    """Run ``function`` in a thread; once begun, it is waited for even if the caller is cancelled."""
    from anyio import to_thread  # an event loop layer is needed for threads only

    return to_thread.run_sync(function, *args)


async def surely_in_thread(function: Callable[[], object]) -> None:
    """Run ``function`` in a thread, whatever cancels the caller meanwhile: for what must not be left undone."""
    from anyio import CancelScope, get_cancelled_exc_class

    is_begun = False
    interruption: BaseException | None = None  # asyncio's own, which no scope holds off

    def run() -> None:
        nonlocal is_begun
        is_begun = True
        function()

    try:
        with CancelScope(shield=True):
            while not is_begun:
                try:
                    await in_thread(run)
                except get_cancelled_exc_class() as error:
                    interruption = error
        if interruption is not None:
            raise interruption
    except Exception as failure:
        if interruption is not None:
            raise interruption from failure
        raise
    finally:
        del interruption  # whose traceback refers to this frame
