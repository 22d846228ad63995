"""Work in the background of a whole application: started by requests, and finished before the application ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from asgi_types import is_async_callable

from .._task_scope import TaskScope, is_cancellation, task_scope
from .thread_limiters import run_in_thread

if TYPE_CHECKING:
    from logging import Logger

    from anyio import Event

NAMES_LOGGED: Final = 100
"""Names of tasks in one line of the log."""


class BackgroundTaskGroup:
    """Tasks that outlive the request which starts them. It is open while the application runs, in its lifespan.

    At most ``max_tasks`` run at once (10,000). When the block is left, what still runs has ``drain_timeout`` seconds
    (30) to end; then it is cancelled, and a warning names it. A function in a thread cannot be cancelled and is waited
    for.

    A task that fails stops nothing else. Its exception is logged once, with the task's name, by the logger
    ``asgi_http.background``, or given to ``on_error(name, exception)``, which must not block.

    ``len`` and `names` tell what runs.

    >>> import asyncio
    >>> async def greet(name):
    ...     print("Hello", name)
    >>> async def main():
    ...     async with BackgroundTaskGroup() as tasks:
    ...         tasks.start(greet, "world")
    ...         print(tasks.names)
    >>> asyncio.run(main())
    ['greet']
    Hello world
    """

    def __init__(
        self,
        max_tasks: int = 10_000,
        drain_timeout: float = 30.0,
        on_error: Callable[[str, Exception], object] | None = None,
    ) -> None:
        self.max_tasks = max_tasks
        self.drain_timeout = drain_timeout
        self.on_error = on_error
        self._names: dict[object, str] = {}
        self._cancelled: list[str] = []
        self._block: AbstractAsyncContextManager[None] | None = None
        self._tasks: TaskScope | None = None
        self._thread = 0
        self._drained: Event | None = None

    def start(self, func: Callable[..., Any], *args: Any, name: str | None = None, **kwargs: Any) -> None:
        """Start ``func(*args, **kwargs)`` and return at once.

        A function that is not async runs in a thread of the kind ``background``. The task has the caller's context
        variables. ``name`` is the function's own unless given. It can be called from the functions that the event
        loop's thread runs, and from those that AnyIO runs in a thread, such as endpoints that are not async.

        Raises `RuntimeError` if ``max_tasks`` are running, and outside the block.
        """
        if name is None:
            name = _name_of(func)
        call = partial(func, *args, **kwargs)
        if self._tasks is None or get_ident() == self._thread:
            self._start(call, name)
        else:
            from anyio.from_thread import run_sync

            run_sync(self._start, call, name)

    @property
    def names(self) -> list[str]:
        """The names of the tasks that run, in the order in which they were started."""
        return list(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __bool__(self) -> bool:
        return True  # a group without tasks is a group

    async def __aenter__(self) -> Self:
        if self._block is not None:
            raise RuntimeError("The group is open: enter it once, in the application's lifespan.")
        self._block = self._open()
        await self._block.__aenter__()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        assert self._block is not None, "The group is left before it is entered."
        return await self._block.__aexit__(exc_type, exc, traceback)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[None, None]:
        from anyio import get_cancelled_exc_class

        self._cancelled = []
        try:
            async with task_scope() as tasks:
                self._thread, self._tasks = get_ident(), tasks
                try:
                    yield
                except get_cancelled_exc_class():
                    raise
                except BaseException as exc:
                    tasks.note(exc)  # raised when the tasks have had their time
                finally:
                    self._tasks = None
                await self._drain()
                _log_cancelled(self.names)
                tasks.cancel()
        except get_cancelled_exc_class():
            _log_cancelled(self._cancelled)
            raise
        finally:
            self._block = None

    async def _drain(self) -> None:
        from anyio import Event, move_on_after

        if self._names:
            self._drained = Event()
            with move_on_after(self.drain_timeout):
                await self._drained.wait()

    def _start(self, call: Callable[[], Any], name: str) -> None:
        if self._tasks is None:
            raise RuntimeError(
                f"Cannot start {name!r}: the group is not open. It has to be entered in the application's lifespan, "
                "and takes no more tasks once that has ended."
            )
        if len(self._names) >= self.max_tasks:
            raise RuntimeError(f"Cannot start {name!r}: {self.max_tasks} tasks are running, which is the limit.")
        key = object()
        self._names[key] = name
        self._tasks.start_soon(self._run, key, call, name, name=name)

    async def _run(self, key: object, call: Callable[[], Any], name: str) -> None:
        from anyio import get_cancelled_exc_class

        try:
            if is_async_callable(call):
                await call()
            else:
                await run_in_thread("background", call)
        except Exception as error:
            self._report(name, error)
        except get_cancelled_exc_class() as error:
            if is_cancellation(error):
                self._cancelled.append(name)
                raise
            # asyncio raises the same when what a task waits for was cancelled: that must not end the group.
            failure = RuntimeError("What the task waited for was cancelled.")
            failure.__cause__ = error
            self._report(name, failure)
        finally:
            del self._names[key]
            if self._drained is not None and not self._names:
                self._drained.set()

    def _report(self, name: str, error: Exception) -> None:
        if self.on_error is None:
            _logger().error("Background task %r failed", name, exc_info=error)
            return
        try:
            self.on_error(name, error)
        except Exception:
            # It must not take the other tasks down; its traceback has the task's own in it.
            _logger().exception("The on_error of background task %r failed", name)


def _log_cancelled(names: list[str]) -> None:
    if names:
        more = f" and {len(names) - NAMES_LOGGED} more" if len(names) > NAMES_LOGGED else ""
        _logger().warning("Background tasks cancelled at shutdown: %s%s", ", ".join(names[:NAMES_LOGGED]), more)


def _name_of(func: Callable[..., Any]) -> str:
    while isinstance(func, partial):
        func = func.func
    return getattr(func, "__qualname__", None) or repr(func)


def _logger() -> Logger:
    import logging  # it loads what only a failure needs

    return logging.getLogger("asgi_http.background")
