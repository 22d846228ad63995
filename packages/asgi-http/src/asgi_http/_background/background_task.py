"""Work that runs after a response has been sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ParamSpec

from asgi_types import is_async_callable

from .thread_limiters import run_in_thread

P = ParamSpec("P")


class BackgroundTask:
    """A call to make later: the ``background`` of a response, which runs it after the last byte.

    A function that is not async runs in a thread of the kind ``background``, of which there are 40. What it raises
    goes to the server, which logs it; the client has its response by then.

    >>> import asyncio
    >>> async def send_mail(address, *, subject):
    ...     print(address, subject)
    >>> asyncio.run(BackgroundTask(send_mail, "a@example.org", subject="Hello")())
    a@example.org Hello
    """

    def __init__(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        self.func: Callable[..., Any] = func
        self.args: tuple[Any, ...] = args
        self.kwargs: dict[str, Any] = kwargs
        self.is_async: bool = is_async_callable(func)

    async def __call__(self) -> None:
        if self.is_async:
            await self.func(*self.args, **self.kwargs)
        else:
            await run_in_thread("background", partial(self.func, *self.args, **self.kwargs))


class BackgroundTasks(BackgroundTask):
    """Several tasks, which run one after the other; one that fails does not keep the next from running.

    After the last, the exception of the only one that failed is raised as it is, and those of several as an
    `ExceptionGroup`. Cancellation stops at once. A subclass whose ``stops_at_error`` is true leaves out what comes
    after the first that fails, for tasks that build on each other.

    >>> import asyncio
    >>> tasks = BackgroundTasks()
    >>> async def say(text):
    ...     print(text)
    >>> tasks.add_task(say, "one")
    >>> tasks.add_task(say, "two")
    >>> asyncio.run(tasks())
    one
    two
    """

    stops_at_error: bool = False
    """Whether a task that fails keeps those after it from running."""

    def __init__(self, tasks: Sequence[BackgroundTask] | None = None) -> None:
        self.tasks: list[BackgroundTask] = list(tasks or ())

    def add_task(self, func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Add a call as the last one."""
        self.tasks.append(BackgroundTask(func, *args, **kwargs))

    async def __call__(self) -> None:
        errors: list[Exception] = []
        for task in self.tasks:
            try:
                await task()
            except Exception as error:
                if self.stops_at_error:
                    raise
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup("Several background tasks failed", errors)
