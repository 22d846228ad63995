"""The messages of one response on their way through a compressing middleware.

Whether a response is compressed is known at its start, or else with the first part of its body, until which the start
is kept back. From the moment that nothing is left to be done, messages go straight on.
"""

from __future__ import annotations

from collections.abc import Awaitable

from asgi_types import Message, RawHeaders, Scope, Send, nothing_sent, start_with

from .._fields import first_field, joined_field
from .compression_options import CompressionOptions
from .compression_threads import run_in_thread
from .compressors.compressor import Bytes, Compressor
from .compressors.no_body import NoBody
from .response_fields import coded, read_fields, validated, varied

# A server sends these before the response, which it does not have yet.
_HINTS = frozenset({"http.response.early_hint", "http.response.push"})
# Extensions, and the messages of the same name, by which a server sends a file.
_FILES = frozenset({"http.response.pathsend", "http.response.zerocopysend"})


class CompressedResponse:
    """What an application has as ``send`` for one request; ``coding`` is None for a client that accepts none."""

    __slots__ = ("_coding", "_compressor", "_headers", "_is_busy", "_options", "_passes", "_scope", "_send", "_start")

    def __init__(self, options: CompressionOptions, coding: str | None, scope: Scope, send: Send) -> None:
        self._options = options
        self._coding = coding
        self._scope = scope
        self._send = send
        self._passes = False  # all that comes
        self._start: Message | None = None  # while it is kept back
        self._headers: RawHeaders = []
        self._compressor: Compressor | None = None
        self._is_busy = False

    def send(self, message: Message) -> Awaitable[None]:
        """Send a message as it is, or what it becomes."""
        if self._passes:
            return self._send(message)
        kind = message["type"]
        if self._compressor is not None:
            return self._continue(message, kind)
        if self._start is not None:
            return self._send(message) if kind in _HINTS else self._decide(message, kind)
        if kind == "http.response.start":
            return self._begin(message)
        return self._send(message)

    def _begin(self, message: Message) -> Awaitable[None]:
        status: int = message["status"]
        headers: RawHeaders = [*message.get("headers", ())]
        is_as_it_is, is_part, length = read_fields(headers, self._options.excluded)
        is_small = length is not None and length < self._options.minimum_size
        if status < 200 or status in (204, 205) or is_as_it_is:
            pass
        elif status == 304:
            headers = validated(headers, joined_field(self._scope["headers"], b"if-none-match") or "")
        elif status == 206 or is_part:
            headers = varied(headers)
        elif length is not None and not is_small and self._coding is not None and self._scope.get("method") == "HEAD":
            return self._begin_head(message, headers, self._coding)
        elif not is_small and (self._coding is not None or length is None):
            self._start, self._headers = message, headers
            return nothing_sent()
        elif not is_small:
            headers = varied(headers)
        self._passes = True
        return self._send(start_with(message, headers))

    def _begin_head(self, message: Message, headers: RawHeaders, coding: str) -> Awaitable[None]:
        """Send the start that GET would get, as far as it is known without the body."""
        sends_files = not _FILES.isdisjoint(self._scope.get("extensions") or ())
        if sends_files and first_field(headers, b"accept-ranges") is not None:  # a file, which the server would send
            self._passes = True
            return self._send(start_with(message, varied(headers)))
        self._compressor = NoBody()
        return self._send(start_with(message, coded(headers, coding.encode(), None)))

    def _decide(self, message: Message, kind: str) -> Awaitable[None]:
        """Do with the first part of the body what is to be done with all of it."""
        coding = self._coding
        if kind != "http.response.body":  # such as a file that the server sends by itself
            return self._pass(message, varied(self._headers))
        body: Bytes = message.get("body", b"")
        more_body: bool = message.get("more_body", False)
        if not more_body and len(body) < self._options.minimum_size:
            return self._pass(message, self._headers)
        if coding is None:
            return self._pass(message, varied(self._headers))
        compressor = self._options.codings[coding]()
        if not more_body:
            return self._send_whole(message, body, compressor, coding)
        start = start_with(self._held(), coded(self._headers, coding.encode(), None))
        self._start, self._compressor = None, compressor
        return self._send_first(start, message)

    def _pass(self, message: Message, headers: RawHeaders) -> Awaitable[None]:
        start = start_with(self._held(), headers)
        self._passes = True
        return self._send_both(start, message)

    async def _send_whole(self, message: Message, body: Bytes, compressor: Compressor, coding: str) -> None:
        """Compress a body that is complete, and leave it if it does not get smaller, unless every size is wanted."""
        start = self._held()
        self._passes = True
        if len(body) < self._options.thread_minimum_size:
            data = compressor.finish(body)
        else:
            data = await run_in_thread(compressor.finish, body)
        if len(data) < len(body) or (self._options.minimum_size == 0 and len(body) > 0):
            # Whatever has trailers is sent in chunks, so it has no length (RFC 9112 section 6.3).
            length = None if start.get("trailers", False) else len(data)
            headers, message = coded(self._headers, coding.encode(), length), {**message, "body": data}
        else:
            headers = varied(self._headers)
        await self._send(start_with(start, headers))
        await self._send(message)

    async def _send_first(self, start: Message, message: Message) -> None:
        await self._send(start)
        await self._continue(message, "http.response.body")

    async def _send_both(self, start: Message, message: Message) -> None:
        await self._send(start)
        await self._send(message)

    def _continue(self, message: Message, kind: str) -> Awaitable[None]:
        """Send a further part of a body that is being compressed, or what comes between and after its parts."""
        if kind in _FILES:
            return self._send(self._without_file(message, kind))
        if kind != "http.response.body":
            return self._send(message)
        if self._is_busy:
            raise RuntimeError("This response cannot go on: sending a part of its body was cancelled or still runs.")
        body: Bytes = message.get("body", b"")
        more_body: bool = message.get("more_body", False)
        if len(body) >= self._options.thread_minimum_size:
            return self._continue_in_thread(message, body, more_body=more_body)
        data = self._compress(body, more_body)
        self._passes = not more_body
        return self._send({**message, "body": data})

    def _without_file(self, message: Message, kind: str) -> Message:
        if isinstance(self._compressor, NoBody):
            return {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
        raise RuntimeError(
            f"{kind} cannot go on a body that is being compressed: begin the body with it, or send the response with "
            "'Content-Encoding: identity', which leaves it as it is."
        )

    async def _continue_in_thread(self, message: Message, body: Bytes, *, more_body: bool) -> None:
        self._is_busy = True  # and stays so when this is cancelled, since a stream with a gap is none
        data = await run_in_thread(self._compress, body, more_body)
        await self._send({**message, "body": data})
        self._is_busy = False
        self._passes = not more_body

    def _compress(self, body: Bytes, more_body: bool) -> bytes:
        compressor = self._compressor
        assert compressor is not None
        if not more_body:
            return compressor.finish(body)
        if len(body) == 0:
            return b""  # flushing again would add to what there is
        return compressor.flush(body) if self._options.flush else compressor.compress(body)

    def _held(self) -> Message:
        assert self._start is not None
        return self._start
