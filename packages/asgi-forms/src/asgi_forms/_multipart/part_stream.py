"""The parts of a multipart form as they arrive, without buffering and without files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Self, Unpack

from asgi_types import Headers, Receive, Scope

from .._body import StreamedRequest, body_of, close_body
from .._charset import codec_of, decoded
from .._failure import Failure, failure
from .._form_error import FormError
from .._limits import FormLimits, Limits, given_limits, limits_around, limits_of, size_text
from .._parameters import media_type
from .part_head import PartHead
from .reader import MultipartReader, PartEvent


def stream_multipart(
    scope: Scope | StreamedRequest, receive: Receive | None = None, **limits: Unpack[FormLimits]
) -> PartStream:
    r"""The parts of a multipart form as they arrive, for ``async for part in``.

    Takes ``scope`` and ``receive`` of a connection, or in their place a request of Starlette, FastAPI or asgi-http. A
    `Part` has its headers at once, and its content by ``async for chunk in part`` or whole by `Part.read`; what of it
    is not taken before the next part is passed over. Nothing is buffered but the chunk that was received last, and the
    next one is received when that has been taken, so whoever is slow slows the client down.

    The limits are those of `FormLimits`, as for `form`. Raises `FormError` while iterating: with status 400 for a form
    that is malformed or cut off, with 413 for one beyond a limit, and with 415 for what is no multipart form; and what
    reading the request raises. Who leaves the loop early leaves the rest of the body unread; ``async with`` around it
    closes the stream of a request then.

    >>> import asyncio
    >>> body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nHello\r\n--x--\r\n'
    >>> async def receive():
    ...     return {"type": "http.request", "body": body, "more_body": False}
    >>> async def read():
    ...     scope = {"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=x")]}
    ...     async for part in stream_multipart(scope, receive):
    ...         async for chunk in part:
    ...             print(part.filename, chunk)
    >>> asyncio.run(read())
    a.txt b'Hello'
    """
    scope, body = body_of(scope, receive)
    return PartStream(scope, body, limits_of(limits_around(scope, given_limits(limits))))


class PartStream:
    """The parts of a form, one after the other; made by `stream_multipart`."""

    def __init__(self, scope: Scope, body: AsyncIterator[bytes], limits: Limits) -> None:
        self._content_type = Headers(scope=scope).get("content-type", "")
        self._body = body
        self._limits = limits
        self._reader: MultipartReader | None = None
        self._events: Iterator[PartEvent] = iter(())
        self._part: Part | None = None
        self._failure: Failure | None = None
        self._is_receiving = False

    def __aiter__(self) -> PartStream:
        return self

    async def __anext__(self) -> Part:
        """The next part; what is left of the one before is passed over."""
        self._check()
        self._part = None
        while not isinstance(event := await self._next_event(), PartHead):
            pass
        self._part = Part(event, self)
        return self._part

    async def _content_of(self, part: Part) -> bytes:
        """The next bytes of the part that is being received."""
        if part.is_complete:
            raise StopAsyncIteration
        if part is not self._part:
            raise RuntimeError("This part has passed: take its content before the next part is asked for.")
        event = await self._next_event()
        if isinstance(event, bytes):
            return event
        part.is_complete = True
        raise StopAsyncIteration

    def _codec_of(self, part: Part) -> str:
        """What the text of a part is encoded in."""
        codec = "utf-8" if self._reader is None else self._reader.codec
        return codec_of(part.charset, codec) if part.charset else codec

    async def aclose(self) -> None:
        """Leave the rest of the body unread; the next part that is asked for is a `RuntimeError` then."""
        if self._failure is None:
            self._failure = partial(RuntimeError, "This form has been closed.")
        await close_body(self._body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def _next_event(self) -> PartEvent:
        self._check()
        self._is_receiving = True
        try:
            reader = self._reader = self._reader or self._made_reader()
            while True:
                for event in self._events:
                    return event
                chunk = None if reader.is_done else await anext(self._body, None)
                if chunk is None:
                    reader.close()
                    raise StopAsyncIteration
                self._events = reader.feed(chunk)
        except StopAsyncIteration:
            raise
        except BaseException as error:
            self._failure = failure(error)
            await self.aclose()
            raise
        finally:
            self._is_receiving = False

    def _check(self) -> None:
        if self._failure is not None:  # else a loop that is entered again would take it for the end
            raise self._failure()
        if self._is_receiving:
            raise RuntimeError("Another task is reading this form.")

    def _made_reader(self) -> MultipartReader:
        if media_type(self._content_type) != "multipart/form-data":
            raise FormError("A form of the type multipart/form-data is needed.", 415)
        return MultipartReader(self._content_type, self._limits)


class Part(PartHead):
    """One part of a form that is being received: what its `PartHead` says, and its content as it arrives.

    It is an iterator over the chunks of the content, to be taken once, before the next part is asked for.
    """

    __slots__ = ("_failure", "_stream", "is_complete")

    def __init__(self, head: PartHead, stream: PartStream) -> None:
        super().__init__(head.name, head.filename, head.headers.raw, head.charset)
        self._stream = stream
        self._failure: Failure | None = None
        self.is_complete: bool = False

    def __aiter__(self) -> Part:
        return self

    async def __anext__(self) -> bytes:
        """The next chunk of the content. `RuntimeError` if the part has passed before its end was reached."""
        if self._failure is not None:
            raise self._failure()
        return await self._stream._content_of(self)

    async def read(self, max_size: float | None = None) -> bytes:
        """What is left of the content, at most ``max_size`` bytes, by default the limit ``max_part_size`` of the form.

        Raises `FormError` with status 413 for more, as soon as it has arrived; the next part can be asked for then.
        """
        limit = self._stream._limits.max_part_size if max_size is None else max_size
        content = bytearray()
        async for chunk in self:
            content += chunk
            if len(content) > limit:
                self._failure = partial(FormError.beyond_limit, f"Part exceeded maximum size of {size_text(limit)}.")
                raise self._failure()
        return bytes(content)

    async def text(self, max_size: float | None = None) -> str:
        """What `read` gives as text, decoded by the charset of the part, else by that of the form, else as UTF-8."""
        content = await self.read(max_size)
        return decoded(content, self._stream._codec_of(self))
