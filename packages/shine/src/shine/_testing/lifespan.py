"""The server's side of an application's lifespan."""

from __future__ import annotations

from typing import Any

from asgi_types import ASGIApp, Message


class Lifespan:
    """The lifespan of ``app``. Made, and used, in the event loop that it lives in; `run` is the task of its own.

    ``state`` is what the application may fill before its start-up is complete.
    """

    def __init__(self, app: ASGIApp, state: dict[str, Any]) -> None:
        from anyio import CancelScope, Event

        self._app = app
        self._state = state
        self._cancel_scope = CancelScope()
        self._shutdown = Event()
        self._answered = {"startup": Event(), "shutdown": Event()}
        self._ended = Event()
        self._answers: dict[str, Message] = {}
        self._failure: BaseException | None = None
        self._is_started = False

    async def run(self) -> None:
        """Run the application from the one end of its life to the other, and keep what it raises."""
        from anyio import get_cancelled_exc_class

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        try:
            with self._cancel_scope:
                try:
                    await self._app(scope, self._receive, self._send)
                except get_cancelled_exc_class():
                    raise
                except BaseException as exc:
                    self._failure = exc
        finally:
            self._ended.set()
            for event in self._answered.values():
                event.set()

    async def startup(self) -> None:
        """Wait until the application has started; what it raises is raised, and `RuntimeError` if it says it failed.

        An application that returns has no lifespan, and nothing is wrong with that.
        """
        await self._answered["startup"].wait()
        await self._told("startup")

    async def shutdown(self) -> None:
        """Let the application shut down, and wait for its end; see `startup`."""
        self._shutdown.set()
        await self._answered["shutdown"].wait()
        await self._told("shutdown")
        await self._ended.wait()
        self._raise_failure()

    async def end(self) -> None:
        """Make sure that nothing of this is left in the event loop, whatever happened."""
        from anyio import CancelScope

        self._cancel_scope.cancel()
        with CancelScope(shield=True):
            await self._ended.wait()

    async def _receive(self) -> Message:
        if not self._is_started:
            self._is_started = True
            return {"type": "lifespan.startup"}
        await self._shutdown.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        _, part, outcome = message["type"].split(".")
        assert outcome in ("complete", "failed"), f"{message['type']!r} is no message of a lifespan."
        self._answers[part] = message
        self._answered[part].set()

    async def _told(self, part: str) -> None:
        answer = self._answers.get(part)
        if answer is not None and answer["type"].endswith("failed"):
            self._shutdown.set()
            await self._ended.wait()  # an application may raise after it has said that it failed
            self._raise_failure()
            raise RuntimeError(f"The {part} of the application failed: {answer.get('message', '')}")
        if answer is None:
            self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame
