"""A response whose body is made while it is sent, chunk by chunk, and whose source is closed whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from asgi_types import (
    BackgroundWork,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    denial_send,
    may_have_body,
    response_start,
    send_tells_disconnect,
)

from .._disconnect import ClientDisconnect, ClientWatch, has_disconnected, run_until_disconnect
from .iteration import ThreadIterator, closing, iterate
from .trailers import Trailers, takes_trailers, trailer_fields, with_trailers

Content = str | bytes | bytearray | memoryview
"""One chunk of a streamed body."""

SyncContentStream = Iterable[Content]
"""Chunks from an iterable that is not async."""

AsyncContentStream = AsyncIterable[Content]
"""Chunks from an async iterable."""

ContentStream = AsyncContentStream | SyncContentStream
"""Chunks from an iterable of either kind."""


class StreamingResponse(Response):
    r"""A body sent chunk by chunk as an iterable gives it, async or not, with no ``content-length``.

    Every chunk is one message: ``str`` in `charset`, ``bytes``, ``bytearray`` or ``memoryview``. A list or tuple is
    read at once; another iterable that is not async in a thread of the kind ``streams``, at most 64 chunks or 64 KiB
    ahead of the client.

    The iterator is closed on every way out: the end, an error, cancellation, and HEAD or a status without a body,
    which do not read it at all. An async generator can await in its ``finally``, for 10 seconds if the stream is
    cancelled while a chunk is sent; one that is cancelled where it waits itself has to shield that, as always with
    AnyIO. A thread cannot be cancelled: what is not async is waited for, however long its next chunk or its closing
    takes. When the client goes away the stream ends there, which is no error, and ``background`` runs as always. An
    error of the iterable is raised as it is: the server breaks the connection off, and the client sees that something
    is missing.

    ``trailers`` are fields for after the body (RFC 9110 section 6.5), or a function that returns them once the last
    chunk is sent, async or not, such as for a digest. They are left out where the server has no
    ``http.response.trailers`` extension.

    Raises `TypeError` for content that is no iterable, and `ValueError` for headers and trailers that cannot be sent.

    >>> import asyncio
    >>> async def count():
    ...     for number in range(3):
    ...         yield f"{number}\n"
    >>> async def send(message):
    ...     print(message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    >>> asyncio.run(StreamingResponse(count())(scope, None, send))
    None
    b'0\n'
    b'1\n'
    b'2\n'
    b''
    """

    trailers: Trailers | None = None
    raises_disconnect: bool = False
    """Whether a client of whose leaving ``send`` tells is a `ClientDisconnect`; ``background`` does not run then."""

    def __init__(
        self,
        content: ContentStream,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        trailers: Trailers | None = None,
    ) -> None:
        self.status_code = status_code
        if media_type is not None:
            self.media_type: str | None = media_type
        self.background = background
        if trailers is not None:
            if not callable(trailers):
                trailer_fields(trailers)
            self.trailers = trailers
        # Text or bytes are iterables too, of characters and numbers, which nobody wants to send one by one.
        chunks: Any = [content] if isinstance(content, (str, bytes, bytearray, memoryview)) else content
        self._source: AsyncContentStream = iterate(chunks)
        self.body_iterator: AsyncContentStream = self._source
        self.init_headers(headers)

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Return when the client has gone. Whoever calls it takes the rest of the request's body from ``receive``."""
        while (await receive())["type"] != "http.disconnect":
            pass

    async def stream_response(self, send: Send) -> None:
        """Send the whole response from `body_iterator`.

        A subclass may override it, to send something else. Where the client has gone, ``send`` raises an exception that
        is a `ClientDisconnect` and an `OSError`.
        """
        async with closing(self.body_iterator):
            await self._send_start(send)
            await self._send_body(send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            send = denial_send(send)
        try:
            wrapped = None if self._source is self.body_iterator else self._source
            async with closing(wrapped), closing(self.body_iterator):
                if scope.get("method") == "HEAD" or not may_have_body(self.status_code):
                    await self._send_start(send)
                    await _raising_disconnect(send)({"type": "http.response.body", "body": b""})
                else:
                    await self._stream(scope, receive, send)
        except _SendFailed:
            if self.raises_disconnect:
                raise
            # Else a client that leaves is no error.
        except ClientDisconnect:
            # The content was reading the request, if it is not the disconnect of another one, made in here.
            if not await has_disconnected(scope, receive):
                raise
        if self.background is not None:
            await self.background()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.trailers and takes_trailers(scope):
            send = with_trailers(send, self.trailers)
        watch = ClientWatch()
        if type(self).stream_response is StreamingResponse.stream_response:
            # Sent before anything can cancel it, so that who left at once still has a response in the server's log.
            await self._send_start(send)
            work: Callable[[], Awaitable[None]] = partial(self._send_body, send, watch)
        else:
            work = partial(self.stream_response, _raising_disconnect(send))
        if isinstance(self._source, ThreadIterator):
            work = partial(self._source.read_ahead, work)
        if scope["type"] == "websocket" or send_tells_disconnect(scope):
            await work()
        else:
            await run_until_disconnect(work, scope, receive, watch)

    async def _send_start(self, send: Send) -> None:
        await _raising_disconnect(send)(response_start(self.status_code, self.raw_headers))

    async def _send_body(self, send: Send, watch: ClientWatch | None = None) -> None:
        chunks = aiter(self.body_iterator)
        async with closing(None if chunks is self.body_iterator else chunks):
            async for chunk in chunks:
                body = chunk if type(chunk) is bytes else self._encoded(chunk)
                # Only an OSError of send means the client, so this cannot be around the loop; nor is it
                # `_raising_disconnect`, which would cost a call for every chunk.
                try:
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                except _SendFailed:
                    raise  # of a send that `stream_response` was given
                except OSError as error:
                    raise _SendFailed from error
            if watch is not None:
                watch.end()
            await _raising_disconnect(send)({"type": "http.response.body", "body": b"", "more_body": False})

    def _encoded(self, chunk: Content) -> bytes:
        if isinstance(chunk, str):
            return chunk.encode(self.charset)
        if isinstance(chunk, (bytes, bytearray, memoryview)):
            return bytes(chunk)  # of its own: the generator may use its buffer for the next one
        raise TypeError(f"Cannot send a chunk of type {type(chunk).__name__}: give str or bytes.")


class _SendFailed(ClientDisconnect, OSError):  # noqa: N818 - no error
    """``send`` says that the client has gone: by an `OSError`, as which who sends may know it."""


def _raising_disconnect(send: Send) -> Send:
    """Tells an `OSError` of ``send``, by which it says that the client has gone, from any other one."""

    async def raising_send(message: Message) -> None:
        try:
            await send(message)
        except _SendFailed:
            raise
        except OSError as error:
            raise _SendFailed from error

    return raising_send
