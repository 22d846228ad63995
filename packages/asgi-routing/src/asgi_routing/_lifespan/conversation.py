"""What an application and whoever starts it say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from asgi_types import ASGIApp, Message

_PATIENCE: Final = 1.0
"""Seconds that an application has left after its last word, before what still runs of it is cancelled."""

_FAILURES: Final = ("lifespan.startup.failed", "lifespan.shutdown.failed")


class _Said(Enum):
    """The last that an application has said of its life, besides that it failed."""

    NOTHING = "nothing"
    STARTED = "lifespan.startup.complete"
    STOPPED = "lifespan.shutdown.complete"
    FOREIGN = "something else before it had started, as if this were a request"


class Conversation:
    """The life of one application: it is given two messages when it asks, and answers each.

    Once it has failed, nothing else that it says counts.
    """

    def __init__(self, app: ASGIApp, outer_app: Any, more_scope: Mapping[str, Any]) -> None:
        from anyio import CancelScope, Event

        self.state: dict[str, Any] = {}
        self.failure: BaseException | None = None
        """What it raised, or what it said of why it failed."""
        self._app = app
        asgi = {"version": "3.0", "spec_version": "2.0"}
        self._scope: dict[str, Any] = {"type": "lifespan", "asgi": asgi, "state": self.state, **more_scope}
        if outer_app is not None:
            self._scope["app"] = outer_app
        self._cancel_scope = CancelScope()
        self._task_id: int | None = None
        self._taken = 0  # of the two messages
        self._said = _Said.NOTHING
        self._answered = Event()  # it has started up, or will not
        self._leaving = Event()
        self._ended = Event()

    async def run(self) -> None:
        """Call the application; it raises nothing, not even an exit, which waits for the shutdown like all else."""
        from anyio import get_current_task

        self._task_id = get_current_task().id
        try:
            with self._cancel_scope:
                await self._app(self._scope, self._receive, self._send)
        except BaseException as exc:  # a cancellation too: asyncio's may be the application's own
            if not (isinstance(exc, Exception) and self._is_foreign(exc)):
                self.failure = exc
        finally:
            self._answered.set()
            self._ended.set()

    async def start_up(self) -> bool:
        """Wait for the application to start up, and tell whether it may be left running."""
        await self._answered.wait()
        return self._said is _Said.STARTED or self.failure is None

    async def shut_down(self) -> None:
        """Wait for the application to shut down, and end it."""
        self._leaving.set()
        if self.failure is not None:
            self._end_soon()
        await self._ended.wait()

    async def _receive(self) -> Message:
        if self._taken == 0:
            self._taken = 1
            return {"type": "lifespan.startup"}
        if self._taken == 1 and self.failure is None:
            await self._leaving.wait()
            if self._taken == 1:  # no other task of the application has taken it meanwhile
                self._taken = 2
                return {"type": "lifespan.shutdown"}
        return await self._ask_in_vain()

    async def _ask_in_vain(self) -> Message:
        """End an application that waits for more than there is; another task of it may listen while it shuts down."""
        from anyio import get_current_task, sleep_forever

        if get_current_task().id == self._task_id:
            self._cancel_scope.cancel()
        while True:
            await sleep_forever()

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if self.failure is not None:
            return
        if kind in _FAILURES:
            self.failure = RuntimeError(message.get("message") or f"The application sent {kind} without a message.")
        elif self._said is _Said.NOTHING and kind == "lifespan.startup.complete":
            self._said = _Said.STARTED
        elif self._said in (_Said.NOTHING, _Said.FOREIGN):
            await self._refuse()
        elif kind == "lifespan.shutdown.complete" and self._leaving.is_set():
            self._said = _Said.STOPPED
        self._answered.set()
        if self._leaving.is_set() and (self.failure is not None or self._said is _Said.STOPPED):
            self._end_soon()

    async def _refuse(self) -> None:
        """End an application that takes this for a request: it might send for ever."""
        from anyio import sleep_forever
        from anyio.lowlevel import checkpoint

        if self._said is _Said.NOTHING:
            self._said = _Said.FOREIGN
            self._cancel_scope.cancel()
            await sleep_forever()
        await checkpoint()  # which ends what else sends, but no clean-up that is shielded

    def _end_soon(self) -> None:
        from anyio import current_time

        self._cancel_scope.deadline = min(self._cancel_scope.deadline, current_time() + _PATIENCE)

    def _is_foreign(self, exc: Exception) -> bool:
        """Whether an application that raised this does not speak lifespan."""
        if self._said is _Said.FOREIGN:
            return True
        has_spoken = self._taken or self._said is not _Said.NOTHING or self.failure is not None
        if has_spoken or _has_routes(self._app):
            return False
        from logging import getLogger  # nothing else here needs it

        text = "%r raised before it took lifespan.startup: it is taken to have no lifespan."
        getLogger("asgi_routing").info(text, self._app, exc_info=exc)
        return True


def _has_routes(app: ASGIApp) -> bool:
    """Whether this is an application of ours, of Starlette or of FastAPI, which all speak lifespan."""
    # Others have routes, too, and no lifespan: those of Channels.
    return hasattr(app, "routes") and hasattr(type(app), "url_path_for")
