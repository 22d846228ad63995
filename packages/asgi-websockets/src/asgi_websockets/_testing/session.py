"""The session for tests that are not async: the application runs in an event loop of another thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, cast

from asgi_types import ASGIApp, Message, RawHeaders, Scope

from .._disconnect import WebSocketDisconnect
from .async_session import AsyncWebSocketTestSession, Mode
from .scope import HeaderSource

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    PortalFactory = Callable[[], AbstractContextManager[BlockingPortal]]

T = TypeVar("T")


class WebSocketTestSession:
    """The client of one WebSocket, on any ASGI application, for tests that are not async.

    It is an `AsyncWebSocketTestSession`, with the same arguments, methods and rules, whose event loop runs in another
    thread: ``with`` in place of ``async with``, ``for`` in place of ``async for``, and nothing to await. An operation
    can be interrupted from the keyboard.

    ``portal_factory`` returns a context manager with AnyIO's blocking portal to that event loop, for sessions that
    share one; the default starts one of ``backend``, ``"asyncio"`` or ``"trio"``.

    >>> async def echo(scope, receive, send):
    ...     await receive()
    ...     await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    ...     while (message := await receive())["type"] == "websocket.receive":
    ...         await send({"type": "websocket.send", "text": message["text"].upper()})
    >>> with WebSocketTestSession(echo, "/ws?room=1", subprotocols=["chat"]) as session:
    ...     session.send_text("hello")
    ...     session.accepted_subprotocol, session.receive_text()
    ('chat', 'HELLO')
    """

    _portal: BlockingPortal

    def __init__(
        self,
        app: ASGIApp,
        scope: Scope | str = "/",
        portal_factory: PortalFactory | None = None,
        *,
        subprotocols: Sequence[str] = (),
        headers: HeaderSource = (),
        cookies: Mapping[str, str] | None = None,
        timeout: float = 5.0,
        max_queue: int = 1000,
        strict: bool = True,
        backend: Literal["asyncio", "trio"] = "asyncio",
    ) -> None:
        self._session = AsyncWebSocketTestSession(
            app,
            scope,
            subprotocols=subprotocols,
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            max_queue=max_queue,
            strict=strict,
        )
        self._stack = ExitStack()
        self._portal_factory = portal_factory
        self._backend = backend

    @property
    def app(self) -> ASGIApp:
        """The application under test."""
        return self._session.app

    @property
    def scope(self) -> Scope:
        """The scope that the application was given."""
        return self._session.scope

    @property
    def accepted_subprotocol(self) -> str | None:
        """The subprotocol that the application chose."""
        return self._session.accepted_subprotocol

    @property
    def extra_headers(self) -> RawHeaders:
        """The headers that the application added to the handshake, as byte pairs."""
        return self._session.extra_headers

    @property
    def close_code(self) -> int | None:
        """See `AsyncWebSocketTestSession.close_code`."""
        return self._session.close_code

    @property
    def close_reason(self) -> str | None:
        """See `AsyncWebSocketTestSession.close_reason`."""
        return self._session.close_reason

    def send(self, message: Message) -> None:
        """See `AsyncWebSocketTestSession.send`."""
        self._inside(self._session.send, message)

    def send_text(self, data: str) -> None:
        """Send a message of text."""
        self._inside(self._session.send_text, data)

    def send_bytes(self, data: bytes) -> None:
        """Send a message of bytes."""
        self._inside(self._session.send_bytes, data)

    def send_json(self, data: Any, mode: Mode = "text") -> None:
        """Send a value as compact JSON, with ``mode="binary"`` in a message of bytes."""
        self._inside(self._session.send_json, data, mode)

    def receive(self, timeout: float | None = None) -> Message:
        """The next ``websocket.send`` message of the application; see `AsyncWebSocketTestSession.receive`."""
        return self._inside(self._session.receive, timeout)

    def receive_text(self, timeout: float | None = None) -> str:
        """The next message, which must be text; see `AsyncWebSocketTestSession.receive_text`."""
        return self._inside(self._session.receive_text, timeout)

    def receive_bytes(self, timeout: float | None = None) -> bytes:
        """The next message, which must be bytes; see `AsyncWebSocketTestSession.receive_bytes`."""
        return self._inside(self._session.receive_bytes, timeout)

    def receive_json(self, mode: Mode = "text", timeout: float | None = None) -> Any:
        """The value of the next message, a JSON text; see `AsyncWebSocketTestSession.receive_json`."""
        return self._inside(self._session.receive_json, mode, timeout)

    def __iter__(self) -> Self:
        """The text or bytes of each message until the connection is closed, with whatever code."""
        return self

    def __next__(self) -> str | bytes:
        try:
            message = self._inside(self._session._next_message)
        except WebSocketDisconnect:
            raise StopIteration from None
        data: str | bytes = message["bytes"] if message.get("text") is None else message["text"]
        return data

    def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Close the connection; see `AsyncWebSocketTestSession.close`."""
        self._inside(self._session.close, code, reason)

    def __enter__(self) -> Self:
        self._session._check_unused()
        with ExitStack() as stack:
            portal = stack.enter_context(self._open_portal())
            self._portal = portal
            stack.callback(self._call, self._session.abandon)
            self._call(self._session.__aenter__)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._session._is_inside:
                self._call(self._session._leave, exc)
        finally:
            self._stack.close()

    def abandon(self) -> None:
        """See `AsyncWebSocketTestSession.abandon`."""
        self._session._is_inside = False
        self._stack.close()

    def _open_portal(self) -> AbstractContextManager[BlockingPortal]:
        if self._portal_factory is not None:
            return self._portal_factory()
        from anyio.from_thread import start_blocking_portal

        return start_blocking_portal(self._backend)

    def _inside(self, func: Callable[..., Awaitable[T]], *args: Any) -> T:
        self._session._open_connection()
        return self._call(func, *args)

    def _call(self, func: Callable[..., Awaitable[T]], *args: Any) -> T:
        future = self._portal.start_task_soon(_attempt, func, args)
        try:
            outcome = future.result()
        except BaseException:
            future.cancel()  # an interrupt from the keyboard comes here, while the event loop goes on
            raise
        result, error = outcome
        outcome.clear()  # a frame of AnyIO holds it still, which the traceback of the error refers to
        if error is not None:
            try:
                raise error
            finally:
                del error, future  # the traceback of the one, which the other holds, refers to this frame
        return cast("T", result)


async def _attempt(func: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> list[Any]:
    """What ``func`` returns and what it raises, one of which is None."""
    # A SystemExit of the application would end the portal if it were raised there, and not only in the test.
    from anyio import get_cancelled_exc_class

    try:
        return [await func(*args), None]
    except get_cancelled_exc_class():
        raise
    except BaseException as error:
        return [None, error]
