"""The response of an application as a middleware sees it: begun, with headers to change and a body still to come."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, Self

from asgi_types import Message, Receive, Response, Scope, Send, may_have_body, response_start

from .._background.thread_limiters import run_in_thread
from .._disconnect import ClientDisconnect
from .._streaming.iteration import closing, iterate

if TYPE_CHECKING:
    from .middleware_exchange import Exchange

CHUNK_SIZE: Final = 256 * 1024
"""Bytes that are read at once from a file which the application left to the server."""


class InnerResponse(Response):
    """What `call_next` gives: the status and the headers that the application began its response with.

    ``status_code``, `headers` and cookies may be changed until the response is returned. `body_iterator` gives the
    body as it is made. Read it, and another response with that body may be returned; or set it to another async
    iterable, such as a generator that goes through the first one, whose ``str`` and ``bytes`` are then sent. `read`
    gives the whole body, and keeps it. ``background`` is awaited when the application has ended, even on an error.
    There is no ``body``.
    """

    inner_body: InnerBody | None = None
    _body_iterator: AsyncIterable[Any] | None = None

    def __init__(self, exchange: Exchange, start: Message) -> None:
        self._exchange = exchange
        self._start = start
        self.status_code: int = start["status"]

    @property
    def body(self) -> bytes:  # type: ignore[override]
        """Not there; code that asks ``hasattr(response, "body")`` knows that it must read `body_iterator`."""
        raise AttributeError("The body is still to come: read it from body_iterator.")

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Have ``headers`` instead of those there are; without any, those that the application sent."""
        if headers is not None:
            super().init_headers(headers)
        else:
            # A list of its own: applications send lists that they keep.
            self.raw_headers = [*self._start.get("headers", ())]

    @property
    def body_iterator(self) -> AsyncIterable[Any]:
        """The body in the chunks that the application sends. Files it leaves to the server to send are read."""
        if self._body_iterator is None:
            self._body_iterator = self.inner_body = InnerBody(self._exchange)
        return self._body_iterator

    @body_iterator.setter
    def body_iterator(self, iterator: Any) -> None:
        # Text or bytes are iterables too, of characters and numbers, which nobody wants to send one by one.
        self._body_iterator = iterate(
            [iterator] if isinstance(iterator, (str, bytes, bytearray, memoryview)) else iterator
        )

    async def read(self, max_size: int | None = None) -> bytes:
        """All that is left of the body; this response still sends it, with its size as the ``content-length``.

        Raises `ValueError` for more than ``max_size`` bytes, and the response then still sends them as a stream.
        """
        chunks = aiter(self.body_iterator)
        parts: list[bytes] = []
        size = 0
        async for chunk in chunks:
            parts.append(self._encoded(chunk))
            size += len(parts[-1])
            if max_size is not None and size > max_size:
                self.body_iterator = _joined(parts, chunks)
                raise ValueError(f"The body has more than max_size={max_size} bytes: allow more, or pass it on unread.")
        body = b"".join(parts)
        self.body_iterator = [body]
        # What answers HEAD tells the size of the body that it leaves out.
        if self._exchange.scope.get("method") != "HEAD":
            self.headers["content-length"] = str(size)
        return body

    @property
    def has_trailers(self) -> bool:
        """Whether the application announced trailers."""
        return bool(self._start.get("trailers", False))

    @property
    def is_untouched(self) -> bool:
        """Whether the application's own messages may follow."""
        inner = self.inner_body
        return (inner is self._body_iterator and (inner is None or not inner.has_begun)) and (
            self.status_code == self._start["status"] or may_have_body(self.status_code)
        )

    def start(self) -> Message:
        """The message that begins this response, with all that the application put in it."""
        status = self.status_code
        if self._raw is None and status == self._start["status"]:
            return self._start
        return {**self._start, **response_start(status, self.raw_headers)}

    async def send_to(self, scope: Scope, send: Send) -> None:
        """Send it all, and close `body_iterator`; `ClientDisconnect` if ``send`` says that the client has gone."""

        async def tell(message: Message) -> None:
            try:
                await send(message)
            except OSError as error:
                raise ClientDisconnect from error

        chunks = aiter(self.body_iterator)
        async with closing(chunks):
            await tell(self.start())
            if scope.get("method") != "HEAD" and may_have_body(self.status_code):
                async for chunk in chunks:
                    await tell({"type": "http.response.body", "body": self._encoded(chunk), "more_body": True})
            await tell({"type": "http.response.body", "body": b"", "more_body": False})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self.send_to(scope, send)
        self._exchange.take(self)

    def _encoded(self, chunk: str | bytes | bytearray | memoryview) -> bytes:
        if isinstance(chunk, str):
            return chunk.encode(self.charset)
        if isinstance(chunk, (bytes, bytearray, memoryview)):
            return bytes(chunk)  # of its own: the generator may use its buffer for the next one
        raise TypeError(f"Cannot send a chunk of type {type(chunk).__name__}: give str or bytes.")


async def _joined(parts: list[bytes], chunks: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async with closing(chunks):
        for part in parts:
            yield part
        async for chunk in chunks:
            yield chunk


class InnerBody:
    """The body of an `InnerResponse`: each step lets the application go on until it has sent the next part."""

    __slots__ = ("_exchange", "_file", "_is_over", "has_begun")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._file: _ServedFile | None = None
        self._is_over = False
        self.has_begun: bool = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while True:
            chunk = b""
            if self._file is not None:
                chunk = await self._file.read()
                if not chunk:
                    self._file = None
            elif self._is_over:
                raise StopAsyncIteration
            else:
                chunk = await self._next_part()
            if chunk:
                return chunk

    async def aclose(self) -> None:
        """Give no more of the body, as a generator would do."""
        self.has_begun = self._is_over = True
        self._file = None

    async def _next_part(self) -> bytes:
        self._exchange.require_own_task("body_iterator")
        self.has_begun = self._is_over = True  # what the application raises is the end as well
        message = await self._exchange.next_part(self)
        self._is_over = not message.get("more_body", False)
        if message["type"] != "http.response.body":
            self._file = _ServedFile(message)
        return bytes(message.get("body", b""))


class _ServedFile:
    """What the message of a pathsend or a zerocopysend leaves to the server to read."""

    __slots__ = ("_file", "_left", "_offset", "_path")

    def __init__(self, message: Message) -> None:
        self._path: str | None = message.get("path")
        self._file: Any = message.get("file")
        self._offset: int | None = message.get("offset")
        self._left: int | None = message.get("count")

    async def read(self) -> bytes:
        """The next bytes; none at the end."""
        chunk = await run_in_thread("files", self._read, CHUNK_SIZE if self._left is None else self._left)
        if self._left is not None:
            self._left -= len(chunk)
        return chunk

    def _read(self, size: int) -> bytes:
        # Opened each time, so that a middleware that does not read on leaves nothing open.
        opened = nullcontext(self._file) if self._path is None else open(self._path, "rb")  # noqa: PTH123, SIM115
        with opened as file:
            if self._offset is not None:
                file.seek(self._offset)
            chunk: bytes = file.read(min(size, CHUNK_SIZE))
            self._offset = file.tell()
        return chunk
