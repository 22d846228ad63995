"""The strict server of a test: one application on one WebSocket, with its state, its queues and its failures."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum, auto
from typing import Any, Literal, NamedTuple, cast

from asgi_types import ASGIApp, Message, Scope

from .._disconnect import WebSocketDisconnect
from .denied import WebSocketDenied
from .message_check import check_message, message_copy
from .waiting_place import waiting_place


class Phase(Enum):
    """How far the application has come with the connection."""

    CONNECTING = auto()
    DENYING = auto()
    OPEN = auto()
    OVER = auto()


ALLOWED = {
    Phase.CONNECTING: ("websocket.accept", "websocket.close", "websocket.http.response.start"),
    Phase.DENYING: ("websocket.http.response.body",),
    Phase.OPEN: ("websocket.send", "websocket.close"),
    Phase.OVER: (),
}


class Closing(NamedTuple):
    """How the connection closed; ``by`` nobody in particular if the application ended without a word."""

    code: int
    reason: str
    by: Literal["application", "client", "nobody"]


class ClientGone(OSError):  # noqa: N818 - it says what happened, like WebSocketDisconnect
    """What ``send`` raises when the client is gone; an application may let it out, which is no failure.

    Its twin is in `shine._testing.exchange`: a test never sees one, so it is not public.
    """


class Connection:
    """Runs ``app`` on ``scope``. Made, like all that it waits with, in the event loop that it lives in."""

    def __init__(self, app: ASGIApp, scope: Scope, max_queue: int, strict: bool) -> None:
        from anyio import CancelScope, Event, Lock

        self.scope = scope
        self.phase = Phase.CONNECTING
        self.accepted: Message | None = None
        self.closing: Closing | None = None
        self.failure: BaseException | None = None
        self.has_ended = False
        self.client_knows = False  # that the connection is closed
        self._app = app
        self._max_queue = max_queue
        self._is_strict = strict
        self._from_client: deque[Message] = deque([{"type": "websocket.connect"}])
        self._from_app: deque[Message] = deque()
        self._denial: Message = {}
        self._denial_body: list[bytes] = []
        self._faults: list[BaseException] = []
        self._waiting: list[str] = []  # the calls of the application in which it waits for the client
        self._is_told = False  # that the connection is closed
        self._running: Awaitable[None] | None = None
        self._cancel_scope = CancelScope()
        self._change = Event()
        self._turn = Lock()  # what several tasks send comes in the order in which they began to

    # The application's side.

    async def run(self) -> None:
        """Run the application to its end, and keep what it raises."""
        try:
            with self._cancel_scope:
                try:
                    self._running = self._app(self.scope, self.receive, self.send)
                    await self._running
                except BaseException as exc:
                    if _is_own_cancellation(exc):
                        raise
                    self._note_end(exc)
        finally:
            self._running = None
            self._faults.clear()
            self._close(Closing(1006, "", "nobody"))
            self.has_ended = True
            self._tell()

    async def receive(self) -> Message:
        """The next message for the application."""
        from anyio.lowlevel import checkpoint

        await checkpoint()  # an application that only receives must not keep the others from running
        await self._wait_while("receive", lambda: not self._from_client and self.closing is None)
        if self._from_client:
            return self._from_client.popleft()
        assert self.closing is not None
        self._is_told = True
        code = 1006 if self.accepted is None else self.closing.code
        return {"type": "websocket.disconnect", "code": code, "reason": self.closing.reason}

    async def send(self, message: Any) -> None:
        """Take a message of the application; waits while the queue is full."""
        async with self._turn:
            try:
                checked = self._check(message)
            except RuntimeError as fault:
                self._faults.append(fault)
                self._note(fault)
                raise
            await self._wait_while("send", lambda: self.closing is None and self._is_full())
            if self.closing is None:
                self._take(checked)
                self._tell()
            elif checked["type"] == "websocket.close" and not self._is_told:
                self.phase = Phase.OVER  # the closes of both sides have crossed, which is no error
            else:
                raise ClientGone("The client has closed the connection.")

    async def _wait_while(self, call: Literal["receive", "send"], is_true: Callable[[], bool]) -> None:
        if is_true():
            self._waiting.append(call)
            self._tell()
            try:
                while is_true():
                    await self._wait()
            finally:
                self._waiting.remove(call)

    def _is_full(self) -> bool:
        return len(self._from_app) >= self._max_queue

    def _check(self, message: Any) -> Message:
        checked = message_copy(message)
        if self._is_strict:
            check_message(checked, self.scope.get("subprotocols") or ())
        name, allowed = checked["type"], ALLOWED[self.phase]
        if name not in allowed:
            expected = f"Expected {' or '.join(map(repr, allowed))}" if allowed else "The connection is over"
            raise RuntimeError(f"{expected}, but the application sent {name!r}.")
        if name == "websocket.http.response.start" and name[:-6] not in (self.scope.get("extensions") or {}):
            raise RuntimeError("The scope says nothing of the extension 'websocket.http.response'.")
        return checked

    def _take(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self.accepted = message
                self.phase = Phase.OPEN
            case "websocket.send":
                self._from_app.append(message)
            case "websocket.http.response.start":
                self._denial = message
                self.phase = Phase.DENYING
            case "websocket.http.response.body":
                self._denial_body.append(message.get("body", b""))
                if not message.get("more_body", False):
                    self._close(Closing(1000, "", "application"))
            case _:
                self._close(Closing(message.get("code", 1000), message.get("reason") or "", "application"))

    # The client's side.

    def put(self, message: Message) -> None:
        """Give the application a message; it is lost if the application has closed meanwhile, as on a real network."""
        if self.closing is None:
            self._from_client.append(message)
            self._tell()

    def close(self, code: int, reason: str) -> None:
        """Close by the client, if nobody has closed yet."""
        self._close(Closing(code, reason, "client"))
        self.client_knows = True

    def cancel(self) -> None:
        """Cancel the application."""
        self._cancel_scope.cancel()

    async def wait_until(self, is_true: Callable[[], bool], seconds: float) -> bool:
        """Wait for something about this connection to become true, and say whether it did."""
        from anyio import move_on_after
        from anyio.lowlevel import checkpoint

        with move_on_after(seconds):
            await checkpoint()
            while not is_true():
                await self._wait()
        return is_true()

    def is_answered(self) -> bool:
        """Whether the application said what becomes of the connection, or never will."""
        return self.phase in (Phase.OPEN, Phase.OVER) or self.failure is not None

    def is_at_rest(self) -> bool:
        """Whether the application can do no more until the client does something, or has ended."""
        is_stuck = "send" in self._waiting and self._is_full()  # else it has room again, and is about to run
        return self.closing is not None or "receive" in self._waiting or is_stuck

    def has_news(self) -> bool:
        """Whether `next_message` has something to return or to raise."""
        return bool(self._from_app) or self.closing is not None or self.failure is not None

    def next_message(self) -> Message | None:
        """The next message of the application, if there is one; else what there is to say is raised.

        What the application sent comes first, then that it closed, then that it failed: so what a test sees does not
        depend on how far the application has come meanwhile.
        """
        if self._from_app:
            message = self._from_app.popleft()
            self._tell()
            return message
        if not self.is_closed_by_application():
            self.raise_failure()
        if self.closing is None:
            return None
        self.client_knows = True
        raise WebSocketDisconnect(self.closing.code, self.closing.reason)

    def is_closed_by_application(self) -> bool:
        """Whether it was the application that closed the connection, and not the client, or its end."""
        return self.closing is not None and self.closing.by == "application"

    def missing(self) -> str:
        """What the application has not done yet, so that nobody knows what becomes of the connection."""
        if self.phase is Phase.DENYING:
            return "The application did not complete its denial response"
        return "The application neither accepted nor refused the connection"

    def refusal(self) -> Exception:
        """Why a connection that is over was never accepted."""
        if self.closing is not None and self.is_closed_by_application():
            if self._denial:
                return WebSocketDenied(
                    self._denial["status"],
                    [(bytes(name), bytes(value)) for name, value in self._denial.get("headers", ())],
                    b"".join(self._denial_body),
                )
            return WebSocketDisconnect(self.closing.code, self.closing.reason)
        if self._denial:
            return RuntimeError("The application returned before its denial response was complete.")
        return RuntimeError("The application returned without accepting or refusing the connection.")

    def raise_failure(self) -> None:
        """Raise what the application failed with, once."""
        failure = self.take_failure()
        if failure is not None:
            self.client_knows = self.closing is not None  # not after a mere breach of the rules
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame

    def take_failure(self) -> BaseException | None:
        """What the application failed with, if that was not told yet."""
        failure, self.failure = self.failure, None
        return failure

    def place(self) -> str:
        """Where the application waits: a sentence with a leading space, or nothing."""
        return waiting_place(self._running)

    # Both.

    def _close(self, closing: Closing) -> None:
        if self.closing is None:
            self.closing = closing
            if closing.by != "client":
                self.phase = Phase.OVER
            self._tell()

    def _note(self, exc: BaseException) -> None:
        if self.failure is None:
            self.failure = exc
            self._tell()
        else:
            self.failure.add_note(f"After that, the application failed with {exc!r}.")

    def _note_end(self, exc: BaseException) -> None:
        from anyio import get_cancelled_exc_class

        if isinstance(exc, get_cancelled_exc_class()):
            stray = RuntimeError("The application was cancelled, but not by its session.")
            stray.__cause__ = exc
            self._note(stray)
        elif any(not isinstance(leaf, ClientGone) and leaf not in self._faults for leaf in _leaves(exc)):
            self._note(exc)

    async def _wait(self) -> None:
        from anyio.lowlevel import checkpoint_if_cancelled

        await self._change.wait()
        # Where changes come all the time, AnyIO on asyncio finds this task about to run, and never cancels it.
        await checkpoint_if_cancelled()

    def _tell(self) -> None:
        from anyio import Event

        self._change.set()
        self._change = Event()


def _leaves(exc: BaseException) -> Iterator[BaseException]:
    if isinstance(exc, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", exc).exceptions:
            yield from _leaves(inner)
    else:
        yield exc


def _is_own_cancellation(exc: BaseException) -> bool:
    # Asyncio raises the same class when what a task waits for was cancelled, which is a failure like any other.
    # The twin of this is in `shine._testing.cancellation`: who writes tests needs none of it, so it is not public.
    from anyio import current_effective_deadline, get_cancelled_exc_class

    return isinstance(exc, get_cancelled_exc_class()) and current_effective_deadline() == float("-inf")
