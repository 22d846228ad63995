"""The server's side of one request: it runs the application, and holds back what the client has not asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from asgi_types import ASGIApp, Message, RawHeaders, Scope

from .cancellation import as_failure, is_own_cancellation
from .http_library import httpx as library
from .response_order import Phase, ResponseOrder

if TYPE_CHECKING:
    import httpx

GRACE: Final = 0.2
"""Seconds that an application has to end by itself after its client has gone, before it is cancelled.

That of a WebSocket which `TestClient` makes has as many: see `asgi_websockets._testing.async_session`.
"""

FILE_CHUNK: Final = 64 * 1024


class ClientGone(OSError):  # noqa: N818 - it says what happened
    """What ``send`` raises when the client is gone, as ASGI asks of a server (``spec_version`` 2.4).

    Its twin is in `asgi_websockets._testing.connection`: a test never sees one, so it is not public there.
    """


class Exchange:
    """One request to ``app``. Made, and used, in the event loop that it lives in; `run` is one task of it.

    ``body`` yields the parts of the request body. A ``buffered`` response is collected as fast as it comes; of another
    one ``send`` takes a part only when `next_chunk` asks for it, so an application that streams waits for its client.
    A ``strict`` one fails an application that returns before its response is complete, or that sends a message which
    the scope does not offer; else such a message counts for nothing, as with Starlette's client.

    ``extensions`` is what goes with the response and still grows while it comes: hints, debug information, trailers.
    """

    has_started: bool = False
    has_ended: bool = False

    def __init__(
        self, app: ASGIApp, scope: Scope, body: AsyncIterator[bytes] | bytes, *, buffered: bool, strict: bool
    ) -> None:
        from anyio import CancelScope, Event

        self.extensions: dict[str, Any] = {}
        self._status = 500
        self._headers: RawHeaders = []
        self._failure: BaseException | None = None
        self._app = app
        self._scope = scope
        self._body = body
        self._is_body_read = False
        self._is_body_torn = False
        self._order = ResponseOrder()
        self._chunks: deque[bytes] = deque()
        self._is_buffered = buffered
        self._is_strict = strict
        self._is_wanted = buffered
        self._is_gone = False
        self._cancel_scope = CancelScope()
        self._ended = Event()
        self._change = Event()

    # The application's side.

    async def run(self) -> None:
        """Run the application to its end, and keep what it raises."""
        try:
            with self._cancel_scope:
                try:
                    await self._run_app()
                except BaseException as exc:
                    if is_own_cancellation(exc):
                        raise
                    if not (self._is_gone and _comes_of_going(exc)):
                        self._failure = as_failure(exc)
        finally:
            self.has_ended = True
            self._ended.set()
            self._tell()

    async def receive(self) -> Message:
        """The next part of the body, and after it, once the response is complete or its client gone, the disconnect."""
        from anyio.lowlevel import checkpoint

        await checkpoint()  # an application that only receives must not keep the others from running
        if self._is_gone or self._is_body_torn:
            return {"type": "http.disconnect"}
        if not self._is_body_read:
            return await self._next_part()
        await self._until(lambda: self._is_gone or self._is_over())
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a message of the application; `AssertionError` for one that is out of order."""
        name = message["type"]
        if not self._takes(name):
            return
        self._order.check(message)
        if self._is_gone:
            raise ClientGone("The client has gone.")
        match name:
            case "http.response.start":
                self._take_start(message)
            case "http.response.body":
                await self._take_body(message.get("body", b""))
            case "http.response.pathsend":
                await self._take_file(message["path"])
            case "http.response.trailers":
                self.extensions[name] += _pairs(message.get("headers", ()))
            case "http.response.early_hint":
                self.extensions.setdefault(name, []).extend(bytes(link) for link in message["links"])
            case "http.response.push":
                self.extensions.setdefault(name, []).append((message["path"], _pairs(message["headers"])))
            case _:
                self.extensions[name] = message["info"]
        self._order.advance(message)
        self._tell()

    async def _run_app(self) -> None:
        try:
            await self._app(self._scope, self.receive, self.send)
        finally:
            await self._close_body()
        self._check_end()

    def _takes(self, name: str) -> bool:
        is_offered = name in ("http.response.start", "http.response.body") or name in self._scope["extensions"]
        assert is_offered or not self._is_strict, f"The application sent {name!r}, which the scope does not offer."
        return is_offered

    async def _next_part(self) -> Message:
        if isinstance(self._body, bytes):
            self._is_body_read = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        self._is_body_torn = True  # unless the part comes: who was cancelled or failed here must not seem complete
        chunk = await anext(self._body, None)
        self._is_body_torn = False
        self._is_body_read = chunk is None
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    def _take_start(self, message: Message) -> None:
        self._status = message["status"]
        self._headers = _pairs(message.get("headers", ()))
        if message.get("trailers", False):
            self.extensions["http.response.trailers"] = []
        self.has_started = True

    async def _take_body(self, body: bytes) -> None:
        from anyio.lowlevel import checkpoint

        await checkpoint()  # an application that only sends must not keep the others from running
        await self._until(lambda: self._is_wanted or self._is_gone)
        if self._is_gone:
            raise ClientGone("The client has gone.")
        if body and self._scope["method"] != "HEAD":
            self._chunks.append(bytes(body))  # a copy: the application may use its buffer again
            self._is_wanted = self._is_buffered
            self._tell()

    async def _take_file(self, path: str) -> None:
        from anyio import open_file

        self.extensions["http.response.pathsend"] = path
        async with await open_file(path, "rb") as file:
            while chunk := await file.read(FILE_CHUNK):
                await self._take_body(chunk)

    def _check_end(self) -> None:
        if not self.has_started:
            raise AssertionError("TestClient did not receive any response: the application returned without one.")
        if self._is_strict and not self._is_over() and not self._is_gone:
            raise AssertionError("The application returned before its response was complete.")

    async def _close_body(self) -> None:
        from anyio import CancelScope

        close = getattr(self._body, "aclose", None)
        if close is not None:
            # A task that the application has left behind may be reading still.
            with CancelScope(shield=True), suppress(RuntimeError):
                await close()

    # The client's side.

    async def until_started(self) -> None:
        """Wait for the start of the response, or for the end of the application."""
        await self._until(lambda: self.has_started or self.has_ended)

    async def until_ended(self) -> None:
        """Wait for the end of the application."""
        await self._ended.wait()

    async def next_chunk(self) -> bytes | None:
        """The next part of the response body, or None at its end. Nothing is lost if this is cancelled."""
        if not self._chunks:
            self._is_wanted = True
            self._tell()
            await self._until(lambda: self._chunks or self._is_over() or self.has_ended)
            self._is_wanted = self._is_buffered
        return self._chunks.popleft() if self._chunks else None

    async def close(self) -> None:
        """Wait for the application to end: one that has more to send is told that the client has gone."""
        from anyio import move_on_after

        if not self._is_over():
            self._is_gone = True
            self._tell()
            with move_on_after(GRACE):
                await self.until_ended()
            self._cancel_scope.cancel()
        await self.until_ended()

    async def cancel(self) -> None:
        """Cancel the application, and wait for its end, whatever happens meanwhile."""
        from anyio import CancelScope

        self._cancel_scope.cancel()
        with CancelScope(shield=True):
            await self.until_ended()

    def raise_failure(self, wanted: bool) -> None:
        """Raise what went wrong, once, if the client wants to know of it.

        What is no `Exception` is raised in any case: it is no error of the server, but wants to end the test.
        """
        failure, self._failure = self._failure, None
        if failure is not None and (wanted or not isinstance(failure, Exception)):
            try:
                raise failure
            finally:
                del failure  # its traceback refers to this frame

    def body(self) -> bytes:
        """What has come of a buffered response."""
        return b"".join(self._chunks)

    def response(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> httpx.Response:
        """The response that has started, or a 500 where there is none; ``stream`` is its body."""
        response = library.Response(self._status, headers=self._headers, stream=stream, extensions=self.extensions)
        self.extensions = response.extensions  # the response has made a copy, which shall have what is still to come
        return response

    def _is_over(self) -> bool:
        return self._order.phase is Phase.OVER

    async def _until(self, is_true: Callable[[], Any]) -> None:
        from anyio.lowlevel import checkpoint_if_cancelled

        while not is_true():
            await self._change.wait()
            # Where changes come all the time, AnyIO on asyncio finds this task about to run, and never cancels it.
            await checkpoint_if_cancelled()

    def _tell(self) -> None:
        from anyio import Event

        self._change.set()
        self._change = Event()


def _pairs(headers: Iterable[Iterable[bytes]]) -> RawHeaders:
    return [(bytes(name), bytes(value)) for name, value in headers]


def _comes_of_going(exc: BaseException | None) -> bool:
    """Whether an application failed for its client's going alone: servers say nothing of that either."""
    if isinstance(exc, BaseExceptionGroup):
        return all(map(_comes_of_going, cast("BaseExceptionGroup[BaseException]", exc).exceptions))
    while exc is not None:
        if isinstance(exc, ClientGone):
            return True
        exc = exc.__cause__ or exc.__context__
    return False
