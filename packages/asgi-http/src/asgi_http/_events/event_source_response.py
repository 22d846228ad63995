"""The response that streams server-sent events: heartbeats, slow and leaving clients, failing content, shutdown.

One task iterates over the content and sends each event before it asks for the next; others beside it send heartbeats
and wait for the client's leaving and for the shutdown. They end that one, and the content is closed after all of them.
The watch over the shutdown lasts until the end is sent, for which a client that reads nothing has limited time.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from asgi_types import (
    BackgroundWork,
    HTTPException,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    denial_send,
    may_have_body,
    response_start,
)

from .._disconnect import ClientWatch, run_until_disconnect
from .._streaming.iteration import closing, iterate
from .._task_scope import TaskScope, is_cancellation, task_scope
from .server_sent_event import DEFAULT_SEPARATOR, ServerSentEvent, as_bytes, as_event, check_separator
from .shutdown import SHUTDOWN

if TYPE_CHECKING:
    from anyio import Event, Semaphore

END_TIMEOUT: Final = 1.0
"""Seconds that a client has at shutdown to take what is just being sent, and again to take the end."""

EventContent = AsyncIterable[Any] | Iterable[Any]


class ShutdownEvent(Protocol):
    """A `Shutdown`, or an event of AnyIO, asyncio or trio."""

    def set(self) -> object:
        """End what waits."""
        ...

    def wait(self) -> Awaitable[object]:
        """Wait until it is set."""
        ...


class SendTimeoutError(TimeoutError):
    """The client took nothing for the ``send_timeout`` of an `EventSourceResponse`."""


def error_event(error: Exception) -> ServerSentEvent:
    """What a client is told by default when the content fails: nothing but the status and detail meant for it.

    >>> error_event(HTTPException(403)).data, error_event(KeyError("secret")).data
    ({'status_code': 403, 'detail': 'Forbidden'}, {'status_code': 500, 'detail': 'Internal Server Error'})
    """
    shown = error if isinstance(error, HTTPException) else HTTPException(500)
    return ServerSentEvent({"status_code": shown.status_code, "detail": shown.detail}, event="error")


class EventSourceResponse(Response):
    r"""A stream of server-sent events (WHATWG HTML, section 9.2).

    ``content`` is an async iterable, or another one, which is iterated in a thread; ``str`` and ``bytes`` are one item.
    Items are `ServerSentEvent`, a dictionary of the arguments of one, ``bytes`` that are sent as they are, or else the
    data of an event. A dictionary or bytes that a client has sent must not be an item: it would choose the fields. Make
    it the data of a `ServerSentEvent`. The next item is asked for when the client's connection has taken the last.

    The content is closed on every way out, also by cancellation. It has ``cleanup_timeout`` seconds for it (``None``:
    no limit), but what runs in a thread cannot be interrupted and is waited for. An error of the closing is raised.

    After ``ping`` seconds without an event, by default 15, a comment is sent, or what ``ping_message_factory()``
    returns, so that nobody between takes the connection for dead; 0 sends none. ``sep`` ends the lines of events that
    have none of their own: CR LF by default. ``data_sender_callable`` is awaited beside the content, for instance to
    feed it through a memory stream, and cancelled when that ends.

    A client that leaves ends the response quietly; then ``client_close_handler_callable`` is awaited with the
    ``http.disconnect`` message. One that takes nothing for ``send_timeout`` seconds, by default any time, ends it with
    `SendTimeoutError`.

    When content fails, the client is sent ``on_error(exception)``, by default the event ``error`` with a status and a
    detail that tells no secrets; ``None`` is sent to nobody. The exception is raised, and the response is left without
    its end, so that a client knows.

    When ``shutdown_event``, or the `Shutdown` that the lifespan's state has under `SHUTDOWN`, is set, the response is
    ended in good order ``shutdown_grace_period`` seconds later. Until then ``shutdown_event`` is set in either case, so
    that the content can see it, say goodbye and end by itself. A client that reads nothing then has a second for what
    is being sent, and another for the end. uvicorn itself goes on waiting for such a client, with what it has not yet
    taken, unless it is run with ``--timeout-graceful-shutdown``.

    Unless ``headers`` has others, ``Cache-Control: no-store, no-transform`` and ``X-Accel-Buffering: no`` keep caches,
    compressing proxies and nginx from holding events back. ``background`` runs after the end, not after an error. HEAD
    and the denial of a WebSocket get the headers alone; the content is closed unasked.

    Raises `ValueError` for a negative time or another ``sep``, and `TypeError` for content that is no iterable.

    >>> import anyio
    >>> async def main():
    ...     async def send(message):
    ...         print(message.get("status") or message["body"])
    ...     await EventSourceResponse(["Hello"])({"type": "http", "method": "GET"}, anyio.sleep_forever, send)
    >>> anyio.run(main)
    200
    b''
    b'data: Hello\r\n\r\n'
    b''
    """

    DEFAULT_PING_INTERVAL: float = 15
    DEFAULT_SEPARATOR: str = DEFAULT_SEPARATOR
    media_type: str | None = "text/event-stream"

    def __init__(
        self,
        content: EventContent,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        ping: float | None = None,
        sep: str | None = None,
        ping_message_factory: Callable[[], Any] | None = None,
        data_sender_callable: Callable[[], Awaitable[Any]] | None = None,
        send_timeout: float | None = None,
        client_close_handler_callable: Callable[[Message], Awaitable[Any]] | None = None,
        shutdown_event: ShutdownEvent | None = None,
        shutdown_grace_period: float = 0,
        cleanup_timeout: float | None = 30.0,
        on_error: Callable[[Exception], ServerSentEvent | None] | None = error_event,
    ) -> None:
        times = {"ping": ping, "send_timeout": send_timeout, "cleanup_timeout": cleanup_timeout}
        for name, seconds in {**times, "shutdown_grace_period": shutdown_grace_period}.items():
            if seconds is not None and seconds < 0:
                raise ValueError(f"{name} is a time in seconds: it cannot be {seconds}.")
        self.sep: str = self.DEFAULT_SEPARATOR if sep is None else sep
        check_separator(self.sep)
        # Text or bytes are iterables too, of characters and numbers, which nobody wants to send one by one.
        items: Any = [content] if isinstance(content, (str, bytes, bytearray, memoryview)) else content
        self.body_iterator: AsyncIterator[Any] = aiter(iterate(items))
        self.status_code = status_code
        if media_type is not None:
            self.media_type = media_type
        self.background = background
        self.ping_interval: float = self.DEFAULT_PING_INTERVAL if ping is None else ping
        self.ping_message_factory = ping_message_factory
        self.data_sender_callable = data_sender_callable
        self.send_timeout = send_timeout
        self.client_close_handler_callable = client_close_handler_callable
        self.shutdown_event = shutdown_event
        self.shutdown_grace_period = shutdown_grace_period
        self.cleanup_timeout = cleanup_timeout
        self.on_error = on_error
        self.init_headers(headers)
        self.headers.setdefault("cache-control", "no-store, no-transform")
        self.headers.setdefault("x-accel-buffering", "no")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            client_left = await self._send_all(scope, receive, send)
        finally:
            await self._close()
        if client_left and self.client_close_handler_callable is not None:
            await self.client_close_handler_callable({"type": "http.disconnect"})
        if self.background is not None:
            await self.background()

    async def _send_all(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the client left before it was through."""
        is_denial = scope["type"] == "websocket"
        stream = _EventStream(self, scope, denial_send(send) if is_denial else send)
        try:
            await stream.start()
            if not is_denial and scope["method"] != "HEAD" and may_have_body(self.status_code):
                return await run_until_disconnect(stream.run, scope, receive, stream.watch)
            await stream.send_body(b"", more=False)
        except _ClientGone:
            return True
        return False

    async def _close(self) -> None:
        from anyio import move_on_after

        with move_on_after(self.cleanup_timeout, shield=True):
            async with closing(self.body_iterator):
                pass


class _ClientGone(Exception):  # noqa: N818 - no error
    """``send`` says that the client has left."""


class _EventStream:
    """One response on its way to one client."""

    tasks: TaskScope
    turn: Semaphore
    is_over: Event

    def __init__(self, response: EventSourceResponse, scope: Scope, send: Send) -> None:
        self.response = response
        self.state: Mapping[str, Any] = scope.get("state") or {}
        self.send = send
        self.sent_at = monotonic()
        self.watch = ClientWatch()

    async def start(self) -> None:
        """Send the status and the headers."""
        response = self.response
        await self.send_message(response_start(response.status_code, response.raw_headers))

    async def run(self) -> None:
        """Send the events and the end, and raise what failed."""
        from anyio import Event, Semaphore

        # Whoever sends has it, so that events and heartbeats go one after the other; a Lock would take longer.
        self.turn = Semaphore(1)
        self.is_over = Event()
        async with task_scope() as whole:
            try:
                await self.send_content(whole)
            except Exception as failure:
                chunk = self.told_of(failure)
                whole.note(failure)  # so that it is raised, whatever becomes of the telling
                if chunk is not None:
                    await self.send_body(chunk)
            else:
                self.watch.end()
                await self.send_body(b"", more=False)
            whole.cancel()

    async def send_content(self, whole: TaskScope) -> None:
        """Send the events, and do all that has to be done beside it."""
        try:
            async with task_scope() as self.tasks:
                for shutdown in self.shutdowns():
                    whole.start_soon(self.end_at, shutdown, whole)
                for task in self.side_tasks():
                    self.tasks.start_soon(task)
                await self.send_events()
                self.tasks.cancel()
        finally:
            self.is_over.set()

    def shutdowns(self) -> Iterable[ShutdownEvent]:
        """What may ask for the end."""
        given, of_lifespan = self.response.shutdown_event, self.state.get(SHUTDOWN)
        return {id(event): event for event in (given, of_lifespan) if event is not None}.values()

    def side_tasks(self) -> Iterable[Callable[[], Awaitable[Any]]]:
        """What has to run beside the iteration over the content."""
        if self.response.ping_interval > 0:
            yield self.send_heartbeats
        if self.response.data_sender_callable is not None:
            yield partial(_run_sender, self.response.data_sender_callable)

    async def send_events(self) -> None:
        """Send the content, each item before the next is asked for."""
        # Servers may keep the headers until there is a body, and the client takes the connection for open with them.
        await self.send_in_turn(b"")
        sep = self.response.sep
        async for item in self.response.body_iterator:
            chunk = as_bytes(item)
            await self.send_in_turn(as_event(item).encode(sep) if chunk is None else chunk)
        async with self.turn:
            pass  # a heartbeat that is being sent is sent whole

    async def send_heartbeats(self) -> None:
        """Send one whenever nothing has been sent for the interval."""
        from anyio import sleep

        factory = self.response.ping_message_factory
        while True:
            await sleep(self.time_to_heartbeat())
            async with self.turn:
                if self.time_to_heartbeat() > 0:  # an event was being sent
                    continue
                event = ServerSentEvent(comment="ping") if factory is None else as_event(factory())
                await self.send_body(event.encode(self.response.sep))
                self.sent_at = monotonic()

    def time_to_heartbeat(self) -> float:
        """Seconds until one is due."""
        return max(0.0, self.sent_at + self.response.ping_interval - monotonic())

    async def end_at(self, shutdown: ShutdownEvent, whole: TaskScope) -> None:
        """End the content once ``shutdown`` is set and it has had its time; then limit the time of the end."""
        from anyio import move_on_after, sleep

        await shutdown.wait()
        if self.response.shutdown_event is not None:
            self.response.shutdown_event.set()
        await sleep(self.response.shutdown_grace_period)
        # An event half of which was written would spoil the end.
        with move_on_after(END_TIMEOUT):
            await self.turn.acquire()
        if not self.is_over.is_set():
            self.tasks.cancel()
            await self.is_over.wait()
        await sleep(END_TIMEOUT)
        whole.cancel()

    def told_of(self, failure: Exception) -> bytes | None:
        """What the client is told of it, if there is a client and something to tell."""
        on_error = self.response.on_error
        if on_error is None or isinstance(failure, _ClientGone | SendTimeoutError):
            return None
        event = on_error(failure)
        return None if event is None else event.encode(self.response.sep)

    async def send_in_turn(self, chunk: bytes) -> None:
        """Send a part of the body when no other is being sent."""
        if self.turn.value:
            self.turn.acquire_nowait()  # a tenth of the time that acquire() takes
        else:
            await self.turn.acquire()
        try:
            await self.send_message({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            self.turn.release()
        self.sent_at = monotonic()

    async def send_body(self, chunk: bytes, *, more: bool = True) -> None:
        """Send a part of the body."""
        await self.send_message({"type": "http.response.body", "body": chunk, "more_body": more})

    async def send_message(self, message: Message) -> None:
        """Send one message in the time there is for it; `_ClientGone` if nobody is there to get it."""
        timeout = self.response.send_timeout
        try:
            if timeout is None:
                await self.send(message)
                return
            from anyio import move_on_after

            with move_on_after(timeout) as limit:
                await self.send(message)
        except OSError as exc:
            raise _ClientGone() from exc
        if limit.cancelled_caught:
            raise SendTimeoutError(f"The client took nothing for {timeout} seconds.")


async def _run_sender(sender: Callable[[], Awaitable[Any]]) -> None:
    from anyio import get_cancelled_exc_class

    try:
        await sender()
    except get_cancelled_exc_class() as exc:
        if is_cancellation(exc):
            raise
        # Raised as it is, this would look to a server as if the response had been cancelled.
        raise RuntimeError("What data_sender_callable waited for was cancelled.") from exc
