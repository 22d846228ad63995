"""What is asked of a function that is given as an option, while the program starts and not in each request."""

from __future__ import annotations

from asgi_types import is_async_callable


def check_function(name: str, given: object, wanted: str, *, may_be_async: bool = False) -> None:
    """Raise `TypeError` for what is no function, or an async one that may not be; ``wanted`` says what to give.

    >>> check_function("skip", "/health", "a function of the scope")
    Traceback (most recent call last):
    TypeError: skip is '/health': give a function of the scope.
    """
    if not callable(given):
        raise TypeError(f"{name} is {given!r}: give {wanted}.")
    if not may_be_async and is_async_callable(given):
        raise TypeError(f"{name} cannot be async: nothing awaits it, and its coroutine counts as True. Use 'def'.")
