"""A stream of JSON values, one on each line (JSON Lines, also known as NDJSON)."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from asgi_types import BackgroundWork
from asgi_types.json_codec import JSONCodec, encoded_text, standard_codec

from .._disconnect import ClientDisconnect
from .iteration import closing, iterate
from .streaming_response import AsyncContentStream, StreamingResponse
from .trailers import Trailers


class JSONLinesResponse(StreamingResponse):
    r"""The values of an iterable, async or not, each sent at once as a line of JSON; see `StreamingResponse`.

    An iterable that is neither async nor a list or tuple is read in a thread, at most 64 values ahead of the client,
    whatever their size. Text and bytes are a `TypeError`: a line for each character is not what is wanted.

    ``json_codec`` turns a value into JSON, which must have no line break in it.

    When the iterable fails, or a value has no JSON form, ``on_error`` is called with the exception; what it returns is
    sent as the last line, unless it is ``None``. The exception is raised after that in any case, so that the server
    logs it and breaks the connection off. It is not called when the client has gone.

    >>> import asyncio
    >>> async def send(message):
    ...     print(message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    >>> asyncio.run(JSONLinesResponse([{"id": 1}, {"id": 2}])(scope, None, send))
    None
    b'{"id":1}\n'
    b'{"id":2}\n'
    b''
    """

    media_type: str | None = "application/jsonl"
    json_codec: JSONCodec = standard_codec
    on_error: Callable[[Exception], Any] | None = None

    def __init__(
        self,
        content: AsyncIterable[Any] | Iterable[Any],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        trailers: Trailers | None = None,
        on_error: Callable[[Exception], Any] | None = None,
    ) -> None:
        if isinstance(content, (str, bytes, bytearray, memoryview)):
            raise TypeError(
                f"Cannot send {type(content).__name__} as lines of JSON: give an iterable of values, such as a list, "
                "or take a StreamingResponse for what is JSON already."
            )
        values = iterate(content)
        super().__init__(values, status_code, headers, media_type, background, trailers)
        if on_error is not None:
            self.on_error = on_error
        self.body_iterator: AsyncContentStream = self._lines(values)

    def render(self, content: Any) -> bytes:
        """One value as a line."""
        encoded = self.json_codec.encode(content)
        return (encoded_text(encoded) if isinstance(encoded, str) else encoded) + b"\n"

    async def _lines(self, values: AsyncIterable[Any]) -> AsyncIterator[bytes]:
        iterator = aiter(values)
        try:
            async with closing(iterator):
                async for value in iterator:
                    yield self.render(value)
        except ClientDisconnect:
            raise
        except Exception as error:
            last = None if self.on_error is None else self.on_error(error)
            if last is not None:
                yield self.render(last)
            raise
