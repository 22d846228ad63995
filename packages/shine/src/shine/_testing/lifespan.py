"""The server's side of an application's lifespan."""

from __future__ import annotations

from typing import Any, Final

from asgi_types import ASGIApp, Message

from .cancellation import as_failure, is_own_cancellation
from .exchange import GRACE

ANSWERS: Final = tuple(
    f"lifespan.{part}.{outcome}" for part in ("startup", "shutdown") for outcome in ("complete", "failed")
)


class Lifespan:
    """The lifespan of ``app``. Made, and used, in the event loop that it lives in; `run` is one task of it.

    ``state`` is what the application may fill before its start-up is complete, and ``way_out`` a sentence for who has
    an application that knows nothing of lifespans.
    """

    def __init__(self, app: ASGIApp, state: dict[str, Any], way_out: str) -> None:
        from anyio import CancelScope, Event

        self._app = app
        self._state = state
        self._way_out = way_out
        self._cancel_scope = CancelScope()
        self._shutdown = Event()
        self._answered = {"startup": Event(), "shutdown": Event()}
        self._ended = Event()
        self._answers: dict[str, Message] = {}
        self._failure: BaseException | None = None
        self._is_started = False

    async def run(self) -> None:
        """Run the application from the one end of its life to the other, and keep what it raises."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            with self._cancel_scope:
                try:
                    await self._app(scope, self._receive, self._send)
                except BaseException as exc:
                    if is_own_cancellation(exc):
                        raise
                    self._failure = as_failure(exc)
                    if not self._is_started:
                        self._failure.add_note(f"It was raised by the application's lifespan. {self._way_out}")
        finally:
            self._ended.set()
            for event in self._answered.values():
                event.set()

    async def startup(self) -> None:
        """Wait until the application has started; what it raises is raised, and `RuntimeError` if it says it failed.

        An application that returns has no lifespan, and nothing is wrong with that.
        """
        await self._answered["startup"].wait()
        await self._conclude("startup")

    async def shutdown(self) -> None:
        """Let the application shut down, and wait for its end; see `startup`."""
        self._shutdown.set()
        await self._answered["shutdown"].wait()
        await self._conclude("shutdown")
        await self._ended.wait()
        self._raise_failure()

    async def end(self) -> None:
        """Make sure that nothing of this is left in the event loop, whatever happened."""
        from anyio import CancelScope

        self._cancel_scope.cancel()
        with CancelScope(shield=True):
            await self._ended.wait()

    async def _receive(self) -> Message:
        from anyio.lowlevel import checkpoint

        await checkpoint()  # an application that only receives must not keep the others from running
        if not self._is_started:
            self._is_started = True
            return {"type": "lifespan.startup"}
        await self._shutdown.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        name = message["type"]
        assert name in ANSWERS, f"The application sent {name!r}, which is no message of a lifespan."
        part = name.split(".")[1]
        self._answers[part] = message
        self._answered[part].set()

    async def _conclude(self, part: str) -> None:
        from anyio import move_on_after

        answer = self._answers.get(part)
        if answer is None:  # it has ended without
            self._raise_failure()
        elif answer["type"].endswith("failed"):
            self._shutdown.set()
            with move_on_after(GRACE):  # an application may raise after it has said that it failed
                await self._ended.wait()
            self._raise_failure()
            raise RuntimeError(f"The {part} of the application failed. {answer.get('message', '')}".rstrip())

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame
