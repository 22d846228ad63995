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
    """Run ``function`` in a thread, also if the caller has been cancelled already: for what must not be left undone."""
    from anyio import CancelScope

    with CancelScope(shield=True):
        await in_thread(function)
