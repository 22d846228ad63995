"""A call into the event loop of another thread, which the keyboard can interrupt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

T = TypeVar("T")


def portal_call(portal: BlockingPortal, func: Callable[[], Awaitable[T]]) -> T:
    """What ``func`` returns or raises, when it is run in the portal's event loop."""
    future = portal.start_task_soon(_attempt, func)
    try:
        result, error = future.result()
    except BaseException:
        future.cancel()  # an interrupt from the keyboard comes here, while the event loop goes on
        raise
    if error is not None:
        try:
            raise error
        finally:
            del error, future  # the traceback of the one, which the other holds, refers to this frame
    return cast("T", result)


async def _attempt(func: Callable[[], Awaitable[Any]]) -> tuple[Any, BaseException | None]:
    # A SystemExit of the application would end the portal if it were raised there, and not only in the test.
    from anyio import get_cancelled_exc_class

    try:
        return await func(), None
    except get_cancelled_exc_class():
        raise
    except BaseException as error:
        return None, error
