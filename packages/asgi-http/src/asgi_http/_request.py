"""An HTTP request: the scope's view with a body to read, and what a request can tell the client before its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any, Final, NoReturn

from asgi_types import (
    MAX_BODY_SIZE,
    ContentTooLarge,
    HTTPConnection,
    Message,
    MutableHeaders,
    Receive,
    Scope,
    Send,
    declares_more,
)
from asgi_types import StateT as StateT
from asgi_types.json_codec import JSONCodec, standard_codec

from ._disconnect import RECEIVE, cancel_on_disconnect, current_receive, has_disconnected, note_disconnect
from ._disconnect import ClientDisconnect as ClientDisconnect
from ._json_body_error import body_error

SERVER_PUSH_HEADERS_TO_COPY: Final = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "user-agent"}
)
"""The headers of a request that a pushed one has as well: what its answer may depend on."""

MAX_PARTS: Final = 1024
"""Parts of a body that are collected before they are put together: each costs memory beyond its bytes."""


NO_LIMIT: Final = float("inf")
"""`math.inf`, without its module."""


async def empty_receive() -> NoReturn:
    """Stands in for ``receive`` where a request was made without one."""
    raise RuntimeError("Receive channel has not been made available")


async def empty_send(message: Message) -> NoReturn:  # noqa: ARG001
    """Stands in for ``send`` where a request was made without one."""
    raise RuntimeError("Send channel has not been made available")


class Request(HTTPConnection[StateT]):
    """One HTTP request. The body is read when asked for, once: as a `stream`, or whole by `body` and `json`.

    `body` and `json` collect at most ``max_body_size`` bytes, by default 16 MiB; a class or an object may have another
    limit, and `math.inf` is no limit, as is None, which leaves that of what is around. What `asgi_types.MAX_BODY_SIZE`
    says in the scope goes before it, and counts for `stream` as well, which has no limit of its own since it keeps
    nothing. A larger body is a `ContentTooLarge`: before anything is received if ``Content-Length`` says so, else as
    soon as it has grown past the limit.

    ``json_codec`` is how `json` reads; see `JSONCodec`. Another scope type than ``http`` is an `AssertionError`.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b'{"name": "shine"}', "more_body": False}
    >>> request = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    >>> request.method, asyncio.run(request.json())
    ('POST', {'name': 'shine'})
    """

    # Quart's default; Litestar has 10 MB, Plug 8 MB, axum 2 MB.
    max_body_size: float | None = 16 * 1024 * 1024
    json_codec: JSONCodec = standard_codec
    _body: bytes  # there as soon as it has been read: subclasses ask by hasattr, as they do with Starlette's
    _json: Any
    _stream_consumed: bool = False
    _chunks: list[bytes] | None = None  # what `body` has so far
    _received: int = 0  # bytes, counted by `stream` where there is a limit
    _is_begun: bool = False  # by `stream`, or by a `body` that was cancelled
    _broken_limit: int | None = None
    _streams_otherwise: bool = False

    def __init__(self, scope: Scope, receive: Receive = empty_receive, send: Send = empty_send) -> None:
        assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
        self.scope = scope
        self._receive = receive
        self._send = send

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._streams_otherwise = cls.stream is not Request.stream

    @property
    def method(self) -> str:
        """The method, in upper case."""
        return str(self.scope["method"])

    @property
    def receive(self) -> Receive:
        """The ASGI callable that the body comes from, with what arrived while this request looked for a disconnect."""
        return current_receive(self.scope, self._receive)

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in the chunks that arrive, then an empty one; after `body`, that body in one chunk.

        Raises `ClientDisconnect` if the client goes away first, `ContentTooLarge` beyond the scope's limit, and
        `RuntimeError` if the body was streamed before.
        """
        if hasattr(self, "_body"):
            yield self._body
            yield b""
            return
        limit: int | None = self.scope.get(MAX_BODY_SIZE)
        self._check_unread(limit)
        if self._chunks is not None:
            collected, self._chunks = b"".join(self._chunks), None
            self._received += len(collected)
            yield collected
        scope, receive, begun = self.scope, self._receive, False
        while not self._stream_consumed:  # by this stream, or by another one of this request
            message = await (receive if RECEIVE not in scope else self.receive)()
            if message["type"] == "http.disconnect":
                raise self._disconnected()
            if not begun:
                begun = self._is_begun = True
            try:
                chunk, more = message["body"], message["more_body"]
            except KeyError:  # servers may leave out either, and seldom do
                chunk, more = message.get("body", b""), message.get("more_body", False)
            if limit is not None:
                self._count(chunk, limit)
            if not more:
                self._stream_consumed = True
            if chunk:
                yield chunk
        yield b""

    async def body(self) -> bytes:
        """The whole body; raises as `stream` does, with the limit of this class where the scope has none.

        A call that is cancelled loses nothing: the next one goes on with what has arrived. Where a subclass has a
        `stream` of its own, what that has taken is lost, and the next call a `RuntimeError`.
        """
        if not hasattr(self, "_body"):
            limit: Any = self.scope.get(MAX_BODY_SIZE, self.max_body_size)
            if limit == NO_LIMIT:
                limit = None
            self._body = await (self._collect_other(limit) if self._streams_otherwise else self._collect(limit))
        return self._body

    async def json(self) -> Any:
        """The value of the body as JSON, by `json_codec`.

        The ``Content-Type`` is not looked at, nor is its ``charset``, which JSON does not have (RFC 8259 section 11):
        the default codec tells UTF-8, UTF-16 and UTF-32 by the first bytes. A body that is no JSON, or in another
        charset, raises `JSONBodyError`, which an error layer answers with a 400; else raises as `body` does.
        """
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = self.json_codec.decode(body)
            except (ValueError, RecursionError) as error:
                raise body_error(error) from None
        return self._json

    async def is_disconnected(self) -> bool:
        """Whether the client has gone away, by what has arrived so far; never waits.

        Parts of the body that have arrived are kept for `stream`, up to 1 MiB of them. A disconnect behind more is not
        seen until some is read; if nobody has read anything for 10 seconds, the body is dropped, and reading it a
        `RuntimeError`. So read it first, also where the server loses what comes after a ``receive`` that is cancelled,
        as Granian does.
        """
        return await has_disconnected(self.scope, self._receive, is_read=self._is_begun)

    def cancel_on_disconnect(self) -> AbstractAsyncContextManager[None]:
        """Cancel a block as soon as the client goes away, and raise `ClientDisconnect` after it.

        For work that nobody waits for any longer. What the block raises is raised as it is. Parts of the body that
        arrive meanwhile are kept for `stream`, as `is_disconnected` does.

        >>> import anyio
        >>> async def receive():
        ...     return {"type": "http.disconnect"}
        >>> async def report():
        ...     request = Request({"type": "http", "method": "GET"}, receive)
        ...     try:
        ...         async with request.cancel_on_disconnect():
        ...             await anyio.sleep_forever()
        ...     except ClientDisconnect:
        ...         return "The client has gone."
        >>> anyio.run(report)
        'The client has gone.'
        """
        return cancel_on_disconnect(self.scope, self._receive, is_read=self._is_begun)

    async def send_push_promise(self, path: str) -> None:
        """Offer ``path`` to the client before it asks (RFC 9113 section 8.4), where the server can; else do nothing.

        The pushed request has this one's headers of `SERVER_PUSH_HEADERS_TO_COPY`. Raises `ValueError` for CR, LF and
        NUL in the path.
        """
        if any(character in path for character in "\r\n\0"):
            raise ValueError(f"Invalid path to push {path!r}: CR, LF and NUL are not allowed.")
        if "http.response.push" in (self.scope.get("extensions") or {}):
            headers = [pair for pair in self.headers.raw if pair[0].decode("latin-1") in SERVER_PUSH_HEADERS_TO_COPY]
            await self._send({"type": "http.response.push", "path": path, "headers": headers})

    async def send_early_hints(self, link: str, /, *additional_links: str) -> None:
        """Send a 103 response with these ``Link`` values (RFC 8297), where the server can; else do nothing.

        Raises `ValueError` for CR, LF, NUL and what is not latin-1 in them.
        """
        links = MutableHeaders()
        for value in (link, *additional_links):
            links.append("link", value)
        if "http.response.early_hint" in (self.scope.get("extensions") or {}):
            await self._send({"type": "http.response.early_hint", "links": [value for _, value in links.raw]})

    async def _collect(self, limit: int | None) -> bytes:
        # What `stream` does, without a generator between: nearly every body is read this way. To share the steps in the
        # loop would cost a call for each message, which is half the time.
        self._check_unread(limit)
        chunks = self._chunks or []
        size, full = self._received + sum(map(len, chunks)), MAX_PARTS
        scope, receive, more = self.scope, self._receive, True
        try:
            while more:
                message = await (receive if RECEIVE not in scope else self.receive)()
                if message["type"] == "http.disconnect":
                    raise self._disconnected()
                chunk = message.get("body", b"")
                if chunk:
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise self._too_large(limit)
                    chunks.append(chunk)
                    if len(chunks) >= full:
                        full = _put_together(chunks, full)
                more = message.get("more_body", False)
        except BaseException:
            self._chunks, self._is_begun = (chunks if self._broken_limit is None else None), True
            raise
        self._stream_consumed = True
        if self._chunks is not None:
            self._chunks = None
        return b"".join(chunks)

    async def _collect_other(self, limit: int | None) -> bytes:
        """The body by a subclass's own `stream`, whose chunks need not be those that arrive."""
        self._check_limit(limit)
        chunks: list[bytes] = []
        size, full = 0, MAX_PARTS
        try:
            async with aclosing(self.stream()) as stream:
                async for chunk in stream:
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise self._too_large(limit)
                    if chunk:
                        chunks.append(chunk)
                        if len(chunks) >= full:
                            full = _put_together(chunks, full)
        except Exception:
            raise
        except BaseException:
            if self._is_begun:  # else the next call has all of it
                self._stream_consumed = True
            raise
        return b"".join(chunks)

    def _check_unread(self, limit: int | None) -> None:
        self._check_limit(limit)
        if self._stream_consumed:
            raise RuntimeError("Stream consumed")

    def _check_limit(self, limit: int | None) -> None:
        if self._broken_limit is not None:
            raise ContentTooLarge(self._broken_limit)
        if limit is not None and declares_more(self.scope, limit):
            raise self._too_large(limit)

    def _count(self, chunk: bytes, limit: int) -> None:
        self._received += len(chunk)
        if self._received > limit:
            raise self._too_large(limit)

    def _too_large(self, limit: int) -> ContentTooLarge:
        self._broken_limit = limit
        return ContentTooLarge(limit)

    def _disconnected(self) -> ClientDisconnect:
        note_disconnect(self.scope, self._receive)
        return ClientDisconnect()


def _put_together(chunks: list[bytes], full: int) -> int:
    """Make one of the last `MAX_PARTS` of ``full`` chunks; at how many it is time again."""
    first = full - MAX_PARTS
    chunks[first:] = [b"".join(chunks[first:])]
    return full + 1
