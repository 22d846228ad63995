"""The session for async tests: the client of one WebSocket, in the event loop of the test."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from asgi_types import ASGIApp, Message, RawHeaders, Scope

from .._disconnect import WebSocketDisconnect, WebSocketDisconnected
from .._mode import is_text
from .connection import Connection
from .message_check import data_problem
from .scope import HeaderSource, websocket_scope
from .spawning import spawn

T = TypeVar("T")
Mode = Literal["text", "binary"]

REST = 0.2
"""Seconds that the application has at the end of the block to come to a point where it waits for the client."""

GRACE = 0.2
"""Seconds that the application has to end after its client has gone, where nobody asks how it ends.

shine's test clients give as many to an application whose response is not read to its end.
"""

LAST_WORD = 1.0
"""Seconds that the application has to end when the test has failed: more, as what it raises may be the reason."""


class AsyncWebSocketTestSession:
    """The client of one WebSocket, on any ASGI application, in the event loop of the test: asyncio or trio.

    ``scope`` is a complete scope, given to the application as it is, or the path or URL for `websocket_scope`, which
    takes the other arguments as well. ``timeout`` is how many seconds each operation waits, 5 by default, and
    ``math.inf`` for ever; ``max_queue`` is how many messages the application may send, 1000 by default, before its
    ``send`` waits for the test to receive some, as it would on a real network.

    ``async with`` runs the application in a task, with the context variables of the test, and waits until it accepts.
    Raises there:

    - `WebSocketDisconnect`, with the code, if it refuses, and `WebSocketDenied`, a subclass, if it does so with a
      response;
    - `RuntimeError` if it returns without an answer, and `TimeoutError` if it does not answer in time;
    - what it raises.

    Leaving the block closes with code 1000, as soon as the application waits for the client but after 0.2 seconds at
    the latest, and waits for the application to end. One that does not end in time is cancelled, and that is a
    `TimeoutError`. What the application raised is raised, if no operation has raised it already. An exception of the
    block goes out as it is, with a note if the application failed too, which then has one second to end. Only
    `WebSocketDisconnect` gives way, because it is what a failure looks like to the client.

    The application sees a strict server. A message that it may not send in this state, or that is malformed, raises
    `RuntimeError` where it is sent, and in the test, even if the application catches it. After the client is gone
    ``send`` raises `OSError`, which the application may let out; only a close may still cross that of the client.
    The lifespan is not run: nobody sends ``lifespan.startup``. An application that blocks the event loop, or goes on
    when it is cancelled, cannot be stopped, and holds the session up.

    With ``strict=False`` it is a server like many others: it takes messages that are malformed, though not out of
    order, gives the application whatever the client sends, and cancels without an error an application that has not
    ended 0.2 seconds after the disconnect.

    The block may be entered in one task and left in another, as that of a fixture is.

    ``accepted_subprotocol`` and ``extra_headers``, a list of byte pairs, are those of the application's accept.

    >>> import anyio
    >>> async def echo(scope, receive, send):
    ...     await receive()
    ...     await send({"type": "websocket.accept"})
    ...     while (message := await receive())["type"] == "websocket.receive":
    ...         await send({"type": "websocket.send", "text": message["text"].upper()})
    >>> async def main():
    ...     async with AsyncWebSocketTestSession(echo, "/ws?room=1", timeout=2) as session:
    ...         await session.send_text("hello")
    ...         return await session.receive_text()
    >>> anyio.run(main)
    'HELLO'
    """

    scope: Scope
    accepted_subprotocol: str | None = None
    extra_headers: RawHeaders

    _connection: Connection | None = None
    _is_inside = False

    def __init__(
        self,
        app: ASGIApp,
        scope: Scope | str = "/",
        *,
        subprotocols: Sequence[str] = (),
        headers: HeaderSource = (),
        cookies: Mapping[str, str] | None = None,
        timeout: float = 5.0,
        max_queue: int = 1000,
        strict: bool = True,
    ) -> None:
        if isinstance(scope, str):
            scope = websocket_scope(scope, subprotocols, headers, cookies=cookies)
        elif subprotocols or headers or cookies:
            raise TypeError("The scope is given: put subprotocols, headers and cookies into it.")
        if scope["type"] != "websocket":
            raise ValueError(f"Not a WebSocket's scope: {scope['type']!r}.")
        if max_queue < 1:
            raise ValueError(f"The application could never send: max_queue is at least 1, not {max_queue}.")
        self.app = app
        self.scope = scope
        self.timeout: float = _checked_limit(timeout)
        self.max_queue = max_queue
        self.strict = strict
        self.extra_headers = []

    @property
    def close_code(self) -> int | None:
        """The code that the connection was closed with, by either side; 1006 without a close, None while it is open."""
        closing = self._connection and self._connection.closing
        return closing.code if closing else None

    @property
    def close_reason(self) -> str | None:
        """The reason that the connection was closed with, or None while it is open."""
        closing = self._connection and self._connection.closing
        return closing.reason if closing else None

    async def send(self, message: Message) -> None:
        """Give the application an ASGI message: ``websocket.receive``, or ``websocket.disconnect`` to close.

        Like all that sends, this does not wait for the application. What is sent after the application has closed is
        lost, until the test has received the close: then, and after `close`, `WebSocketDisconnected` is raised.
        Raises `ValueError` for another message, and for one that is malformed.
        """
        from anyio.lowlevel import checkpoint

        connection = self._open_connection()
        if message["type"] == "websocket.disconnect":
            await self.close(message.get("code", 1005), message.get("reason"))
            return
        if self.strict:
            _check(message)
        if connection.client_knows:
            raise WebSocketDisconnected(f"The connection is closed, with code {self.close_code}.")
        connection.put(dict(message))
        await checkpoint()

    async def send_text(self, data: str) -> None:
        """Send a message of text; see `send`."""
        await self.send({"type": "websocket.receive", "text": data})

    async def send_bytes(self, data: bytes) -> None:
        """Send a message of bytes; see `send`."""
        await self.send({"type": "websocket.receive", "bytes": data})

    async def send_json(self, data: Any, mode: Mode = "text") -> None:
        """Send a value as compact JSON, with ``mode="binary"`` in a message of bytes; see `send`."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        await (self.send_text(text) if is_text(mode) else self.send_bytes(text.encode("utf-8")))

    async def receive(self, timeout: float | None = None) -> Message:
        """The next ``websocket.send`` message of the application.

        ``timeout`` is in seconds; None is the session's, ``math.inf`` waits for ever, and 0 takes only what is there.

        When all that the application sent has been received, raises `WebSocketDisconnect` if the connection is
        closed, with code 1006 if the application ended without closing it, or what the application raised;
        `TimeoutError` if nothing comes, after which the session goes on. With ``strict=False`` the application's close
        is a message too, and only the methods that want text or bytes raise it.
        """
        try:
            return await self._next_message(timeout)
        except WebSocketDisconnect as closed:
            if self.strict or not self._open_connection().is_closed_by_application():
                raise
            return {"type": "websocket.close", "code": closed.code, "reason": closed.reason}

    async def _next_message(self, timeout: float | None = None) -> Message:
        connection = self._open_connection()
        seconds = self.timeout if timeout is None else _checked_limit(timeout)
        await connection.wait_until(connection.has_news, seconds)
        message = connection.next_message()
        if message is None:
            raise TimeoutError(f"The application sent nothing for {_seconds(seconds)}.{connection.place()}")
        return message

    async def receive_text(self, timeout: float | None = None) -> str:
        """The next message, which must be text: one of bytes is an `AssertionError`. See `receive`."""
        return _data(await self._next_message(timeout), "text", str)

    async def receive_bytes(self, timeout: float | None = None) -> bytes:
        """The next message, which must be bytes: one of text is an `AssertionError`. See `receive`."""
        return _data(await self._next_message(timeout), "bytes", bytes)

    async def receive_json(self, mode: Mode = "text", timeout: float | None = None) -> Any:
        """The value of the next message, a JSON text, or with ``mode="binary"`` of one of bytes. See `receive`.

        The other kind of message is an `AssertionError`, and what is no JSON a `json.JSONDecodeError`.
        """
        data = await (self.receive_text(timeout) if is_text(mode) else self.receive_bytes(timeout))
        return json.loads(data)

    def __aiter__(self) -> Self:
        """The text or bytes of each message until the connection is closed, with whatever code. See `receive`."""
        return self

    async def __anext__(self) -> str | bytes:
        try:
            message = await self._next_message()
        except WebSocketDisconnect:
            raise StopAsyncIteration from None
        data: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
        return data

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection; the application gets ``websocket.disconnect`` after what was sent before.

        With code 1006 it looks like a client that was lost, and with 1005 like one that gave no code. Does not wait
        for the application, and nothing if the connection is closed already.
        """
        from anyio.lowlevel import checkpoint

        self._open_connection().close(code, reason or "")
        await checkpoint()

    async def __aenter__(self) -> Self:
        self._check_unused()
        self._connection = Connection(self.app, self.scope, self.max_queue, self.strict)
        spawn(self._connection.run)
        try:
            await self._connect()
        except BaseException:
            await self.abandon()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_inside:
            try:
                await self._leave(exc)
            finally:
                await self.abandon()

    async def abandon(self) -> None:
        """Cancel the application and wait for its end, for whoever cannot leave the block.

        Leaving the block does nothing then, and there is nothing more to be sent or received.
        """
        from anyio import CancelScope

        connection = self._connection
        self._is_inside = False
        if connection is not None:
            connection.cancel()
            with CancelScope(shield=True):
                await connection.wait_until(lambda: connection.has_ended, math.inf)

    # What follows serves the synchronous session as well.

    def _check_unused(self) -> None:
        if self._connection is not None:
            raise RuntimeError("A session is for one connection: make another one.")

    async def _connect(self) -> None:
        connection = self._connection
        assert connection is not None
        self._is_inside = True
        await connection.wait_until(connection.is_answered, self.timeout)
        if connection.accepted is not None:
            self.accepted_subprotocol = connection.accepted.get("subprotocol")
            self.extra_headers = [(bytes(name), bytes(value)) for name, value in connection.accepted.get("headers", ())]
            return
        late = None
        if not connection.is_answered():
            late = TimeoutError(f"{connection.missing()} within {_seconds(self.timeout)}.{connection.place()}")
        if late is not None or connection.failure is not None:
            connection.cancel()
        try:
            await self._leave(late, 1006)
            raise late or connection.refusal()
        finally:
            del late  # its traceback refers to this frame

    async def _leave(self, exc: BaseException | None, code: int = 1000) -> None:
        """Close, wait for the end, and raise what went wrong if it counts more than ``exc``."""
        connection = self._connection
        assert connection is not None
        self._is_inside = False
        if exc is None:
            # An application that is about to close by itself may do so: else it were chance which side is the first.
            await connection.wait_until(connection.is_at_rest, min(self.timeout, REST))
        connection.close(code, "")
        seconds = self._patience(exc)
        late = None
        if not await connection.wait_until(lambda: connection.has_ended, seconds):
            if self.strict:
                late = TimeoutError(
                    f"The application did not end within {_seconds(seconds)} of the disconnect.{connection.place()}"
                )
            connection.cancel()
            await connection.wait_until(lambda: connection.has_ended, math.inf)
        if late is not None and exc is None:
            try:
                raise late from connection.take_failure()
            finally:
                del late  # its traceback refers to this frame
        if exc is None or isinstance(exc, WebSocketDisconnect | WebSocketDisconnected):
            connection.raise_failure()
        elif (failure := connection.take_failure()) is not None:
            exc.add_note(f"The application failed too, with {failure!r}.")

    def _patience(self, exc: BaseException | None) -> float:
        """How many seconds the application has to end after the disconnect."""
        if exc is None:
            return self.timeout if self.strict else min(self.timeout, GRACE)
        return min(self.timeout, LAST_WORD) if isinstance(exc, Exception) else 0

    def _open_connection(self) -> Connection:
        if self._connection is None or not self._is_inside:
            raise RuntimeError("A session is used inside its 'with' block.")
        return self._connection


def _check(message: Message) -> None:
    if message["type"] != "websocket.receive":
        raise ValueError(f"A client sends 'websocket.receive' or 'websocket.disconnect', not {message['type']!r}.")
    problem = data_problem(message)
    if problem is not None:
        raise ValueError(f"Invalid 'websocket.receive': {problem}.")


def _checked_limit(seconds: float) -> float:
    if not seconds >= 0:
        raise ValueError(f"A timeout is a number of seconds, 0 or more, not {seconds!r}.")
    return seconds


def _data(message: Message, wanted: str, kind: type[T]) -> T:
    data = message.get(wanted)
    if isinstance(data, kind):
        return data
    other = "bytes" if wanted == "text" else "text"
    raise AssertionError(f"Expected a message of {wanted}, but the application sent {other}: {message[other]!r:.500}")


def _seconds(seconds: float) -> str:
    return f"{seconds:g} second" if seconds == 1 else f"{seconds:g} seconds"
