"""The process being asked to end, made known to what lasts: streams that would otherwise keep the server waiting.

A server sends ``lifespan.shutdown`` only after its connections are done, so an open stream cannot wait for that. What
comes in time is the signal. It is watched without taking it away from the server, whose own handler is called next.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from anyio import Event
    from anyio.lowlevel import EventLoopToken

SHUTDOWN: Final = "asgi_http.shutdown"
"""The key of the lifespan's state under which a `Shutdown` is looked for by responses that last."""

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGBREAK")


class Shutdown:
    """Whether the application is to end; it never goes back.

    >>> import anyio
    >>> async def main():
    ...     shutdown = Shutdown()
    ...     async with anyio.create_task_group() as tasks:
    ...         tasks.start_soon(shutdown.wait)
    ...         shutdown.set()
    ...     return shutdown.is_set()
    >>> anyio.run(main)
    True
    """

    def __init__(self) -> None:
        self._is_set = False
        self._event: Event | None = None

    def is_set(self) -> bool:
        """Whether the application is to end."""
        return self._is_set

    def set(self) -> None:
        """End what waits for it. Call it on the event loop; a second call does nothing."""
        self._is_set = True
        if self._event is not None:
            self._event.set()

    async def wait(self) -> None:
        """Return when it is set."""
        if self._is_set:
            return
        if self._event is None:
            from anyio import Event  # only who waits needs one

            self._event = Event()
        await self._event.wait()

    def _set_from_signal(self, token: EventLoopToken) -> None:
        """Set it from a signal handler, which may have interrupted anything, the event loop in its sleep included."""
        from _thread import start_new_thread

        self._is_set = True
        # A thread is what AnyIO has to wake a loop from outside. Unlike threading.Thread, this one takes no lock that
        # the interrupted code may hold, and is not waited for.
        start_new_thread(self._set_from_thread, (token,))

    def _set_from_thread(self, token: EventLoopToken) -> None:
        from anyio import from_thread

        with suppress(RuntimeError):  # the loop has ended meanwhile, and with it everything that waited
            from_thread.run_sync(self.set, token=token)


@asynccontextmanager
async def watch_shutdown() -> AsyncGenerator[Shutdown, None]:
    """For a lifespan: a `Shutdown` that is set once the process gets SIGINT, SIGTERM or, on Windows, SIGBREAK.

    It is set when the context is left, too. Responses find it where the lifespan's state has it under `SHUTDOWN`.

    The server keeps the signals: each handler that it installed with ``signal.signal``, or that its event loop did,
    is called after, and put back at the end. A signal that is ignored, or ends the process at once, stays as it is.
    Outside the main thread Python has no signals, so there the `Shutdown` is set by leaving, or by you.

    >>> from contextlib import asynccontextmanager
    >>> @asynccontextmanager
    ... async def lifespan(app):
    ...     async with watch_shutdown() as shutdown:
    ...         yield {SHUTDOWN: shutdown}
    """
    from anyio.lowlevel import current_token

    shutdown = Shutdown()
    watches = _watch_signals(shutdown, current_token())
    try:
        yield shutdown
    finally:
        for watch in watches:
            watch.stop()
        shutdown.set()


def _watch_signals(shutdown: Shutdown, token: EventLoopToken) -> list[_SignalWatch]:
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return []
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    handlers = [(number, signal.getsignal(number)) for number in numbers]
    # SIG_IGN and SIG_DFL are no functions, and None stands for a handler that Python cannot call.
    return [_SignalWatch(number, handler, shutdown, token) for number, handler in handlers if callable(handler)]


class _SignalWatch:
    """A signal handler that notes the shutdown and then calls the handler that was there before."""

    def __init__(
        self,
        number: int,
        previous: Callable[[int, FrameType | None], Any],
        shutdown: Shutdown,
        token: EventLoopToken,
    ) -> None:
        import signal

        self._number = number
        self._previous = previous
        self._shutdown = shutdown
        self._token = token
        self._is_active = True
        signal.signal(number, self)

    def __call__(self, number: int, frame: FrameType | None) -> Any:
        try:
            if self._is_active:
                self._shutdown._set_from_signal(self._token)
        finally:
            self._previous(number, frame)

    def stop(self) -> None:
        """Put the previous handler back, unless somebody has put another one over this."""
        import signal

        self._is_active = False
        if signal.getsignal(self._number) is self:
            signal.signal(self._number, self._awake())

    def _awake(self) -> Callable[[int, FrameType | None], Any]:
        """The nearest handler below that is still needed: two applications need not end in order."""
        previous = self._previous
        while isinstance(previous, _SignalWatch) and not previous._is_active:
            previous = previous._previous
        return previous
