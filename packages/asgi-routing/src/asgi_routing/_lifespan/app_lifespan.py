"""The lifespan of any ASGI application, as a lifespan function."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from asgi_types import ASGIApp, Lifespan, Message

_PATIENCE: Final = 1.0
"""Seconds that an application has left after its last word, before what still runs of it is cancelled."""

_EXITS: Final = (KeyboardInterrupt, SystemExit)


def lifespan_of(app: ASGIApp) -> Lifespan[Any]:
    """The lifespan of an ASGI application, for an application around it that does not run it by itself.

    Entering the context manager starts ``app`` up by the messages of the ASGI lifespan specification, and leaving it
    shuts ``app`` down. It gives the mapping that ``app`` put into the state of its scope, or None if that is empty; the
    application around it is the ``app`` of that scope, if there is one. What ``app`` does runs in a task of its own, on
    asyncio and trio.

    An application that does not speak lifespan is left alone: one that raises before it takes ``lifespan.startup``,
    that returns without an answer to it, or that answers as if it were a request. Otherwise a start-up or shutdown
    fails with the exception that ``app`` raised, or a `RuntimeError` with the message that it sent. What it raises in
    between is kept until the shutdown. An exception in the block goes on as it is, after the shutdown.

    The context manager is left in the task that has entered it.

    >>> import asyncio
    >>> from contextlib import asynccontextmanager
    >>> from asgi_routing import Router
    >>> @asynccontextmanager
    ... async def pool(app):
    ...     print("open")
    ...     yield {"pool": 1}
    ...     print("closed")
    >>> async def main():
    ...     async with lifespan_of(Router(lifespan=pool))(None) as state:
    ...         print(state)
    >>> asyncio.run(main())
    open
    {'pool': 1}
    closed
    """

    @asynccontextmanager
    async def lifespan(outer_app: Any) -> AsyncGenerator[Any]:
        from anyio import create_task_group  # only what lasts needs a task

        conversation = _Conversation(app, outer_app)
        thrown: BaseException | None = None
        # Failures are raised behind the task group, which would put them into an exception group.
        async with create_task_group() as tasks:
            tasks.start_soon(conversation.run, tasks.cancel_scope.cancel)
            if await conversation.start_up():
                try:
                    yield conversation.state or None
                except (Exception, *_EXITS) as exc:
                    thrown = exc
            await conversation.shut_down()
        failure = _decide(thrown, conversation.failure())
        if failure is not None:
            raise failure

    return lifespan


def _decide(thrown: BaseException | None, failure: BaseException | None) -> BaseException | None:
    """Which of two failures goes on: that of the block, with a note of how the shutdown failed after it."""
    if thrown is None or isinstance(failure, _EXITS):
        return failure
    if failure is not None:
        from traceback import format_exception  # nothing else here needs it

        thrown.add_note(f"The shutdown after it failed as well:\n\n{''.join(format_exception(failure))}")
    return thrown


class _Conversation:
    """What is said to an application in its life, and what it says."""

    def __init__(self, app: ASGIApp, outer_app: Any) -> None:
        from anyio import CancelScope, Event

        self.state: dict[str, Any] = {}
        self._app = app
        self._scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        if outer_app is not None:
            self._scope["app"] = outer_app
        self._cancel_scope = CancelScope()
        self._asked = 0  # how many messages it has asked for
        self._complete = False  # it has started up
        self._foreign = False  # it has answered as if this were a request
        self._parting = False  # it has said its last word
        self._message: str | None = None  # why it failed, as it says
        self._error: BaseException | None = None  # what it raised
        self._answered = Event()
        self._leaving = Event()
        self._parted = Event()
        self._ended = Event()

    async def run(self, stop: Callable[[], None]) -> None:
        """Call the application; an exit that it raises calls ``stop``, since nobody may be waiting for it."""
        try:
            with self._cancel_scope:
                await self._app(self._scope, self._receive, self._send)
        except BaseException as exc:  # a cancellation too: asyncio's may be the application's own
            self._error = exc
            if isinstance(exc, _EXITS):
                stop()
        finally:
            for event in (self._answered, self._parted, self._ended):
                event.set()

    async def start_up(self) -> bool:
        """Wait for the application to start up, and tell whether it may be left running."""
        await self._answered.wait()
        return self._complete or self.failure() is None

    async def shut_down(self) -> None:
        """Wait for the application to shut down, and end it."""
        from anyio import move_on_after

        self._leaving.set()
        await self._parted.wait()
        with move_on_after(_PATIENCE):
            await self._ended.wait()
        self._cancel_scope.cancel()

    def failure(self) -> BaseException | None:
        """How the application failed, unless it does not speak lifespan."""
        silent = self._foreign or not (self._asked or self._complete or self._message is not None)
        if isinstance(self._error, Exception) and silent:
            return None
        if self._error is None and self._message is not None:
            return RuntimeError(self._message)
        return self._error

    async def _receive(self) -> Message:
        from anyio import sleep_forever

        self._asked += 1
        if self._asked == 1:
            return {"type": "lifespan.startup"}
        if self._asked == 2 and self._message is None:
            await self._leaving.wait()
            return {"type": "lifespan.shutdown"}
        if self._parting:  # it would wait for more than there is
            self._cancel_scope.cancel()
        while True:
            await sleep_forever()

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.complete":
            self._complete = True
        elif kind in ("lifespan.startup.failed", "lifespan.shutdown.failed"):
            self._message = message.get("message") or f"The application sent {kind} without a message."
            self._parting = True
        elif not self._complete:
            await self._refuse()
        elif kind == "lifespan.shutdown.complete":
            self._parting = True
        self._answered.set()
        if self._message is not None or (self._parting and self._leaving.is_set()):
            self._parted.set()

    async def _refuse(self) -> None:
        """End an application that takes this for a request: it might send for ever."""
        from anyio import sleep_forever

        self._foreign = True
        self._cancel_scope.cancel()
        await sleep_forever()
