"""Whose cancellation it is that ends an application."""

from __future__ import annotations


def is_own_cancellation(exc: BaseException) -> bool:
    """Whether ``exc`` comes of the cancel scope around the application, which has to get it.

    Asyncio raises the same class when what a task waits for was cancelled, which is a failure like any other. Its twin
    is in `asgi_websockets._testing.connection`: who writes tests needs none of it, so it is not public there.
    """
    from anyio import current_effective_deadline, get_cancelled_exc_class

    return isinstance(exc, get_cancelled_exc_class()) and current_effective_deadline() == float("-inf")


def as_failure(exc: BaseException) -> BaseException:
    """``exc``, or an error in place of a cancellation, which would cancel the test if it were raised there."""
    from anyio import get_cancelled_exc_class

    if not isinstance(exc, get_cancelled_exc_class()):
        return exc
    stray = RuntimeError("The application was cancelled, but not by its client.")
    stray.__cause__ = exc
    return stray
