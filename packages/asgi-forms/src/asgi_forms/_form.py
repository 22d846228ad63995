"""From a request to its form."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from types import MappingProxyType
from typing import Any, Final, Unpack

from asgi_types import Headers, Receive, Scope

from ._body import StreamedRequest, body_of, close_body
from ._form_data import FormData
from ._form_parser import FormParser
from ._limits import FormLimits, given_limits, limits_around
from ._multipart.multi_part_parser import MultiPartParser
from ._parameters import media_type
from ._sinks.upload_sink import SinkFactory

NO_LIMITS: Final[Mapping[str, float]] = MappingProxyType({})


def form(
    scope: Scope | StreamedRequest,
    receive: Receive | None = None,
    *,
    sink: SinkFactory | None = None,
    **limits: Unpack[FormLimits],
) -> PendingForm:
    """The form in the body of a request: to be awaited, or for ``async with``, which closes the files at its end.

    Takes ``scope`` and ``receive`` of a connection, or in their place a request of Starlette, FastAPI or asgi-http, of
    which the body may have been read already.

    Reads ``multipart/form-data`` (RFC 7578) and ``application/x-www-form-urlencoded`` (WHATWG URL section 5.1). Another
    content type, or none, gives an empty form and leaves the body unread.

    The content of each file goes to what ``sink`` makes for it, see `asgi_forms.sinks`; without one it is kept in
    memory up to 1 MiB and on disk beyond. The limits are those of `FormLimits`: as given here, else as
    `FormLimitsMiddleware` has them, else the defaults.

    Raises, when awaited, `FormError` with status 400 for a form that is malformed or cut off and with 413 for one
    beyond a limit, `ContentTooLarge` beyond the limit that the scope has on the body, and what reading the request and
    the sinks raise. Nothing more is received then, and all files have been closed and removed. `TypeError` and
    `ValueError`, raised at once, are for limits that are none; `AssertionError` for another scope type than ``http``.

    >>> import asyncio
    >>> chunks = iter([b"name=Zo%C3", b"%AB&tag=a&tag=b"])
    >>> async def receive():
    ...     body = next(chunks)
    ...     return {"type": "http.request", "body": body, "more_body": body.endswith(b"%C3")}
    >>> async def read():
    ...     headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    ...     async with form({"type": "http", "headers": headers}, receive, max_fields=10) as fields:
    ...         return fields
    >>> asyncio.run(read())
    FormData([('name', 'Zoë'), ('tag', 'a'), ('tag', 'b')])
    """
    return PendingForm(scope, receive, sink, given_limits(limits))


async def parse_form(
    scope: Scope | StreamedRequest,
    receive: Receive | None = None,
    *,
    sink: SinkFactory | None = None,
    **limits: Unpack[FormLimits],
) -> FormData:
    """The form in the body of a request, as a coroutine; see `form`, which it is the plain half of.

    Its files are closed by `FormData.close`, or when nobody refers to them any longer.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"tag=a&tag=b", "more_body": False}
    >>> scope = {"type": "http", "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}
    >>> asyncio.run(parse_form(scope, receive))
    FormData([('tag', 'a'), ('tag', 'b')])
    """
    return await form(scope, receive, sink=sink, **limits)


class PendingForm:
    """A form that is read when this is awaited or entered; leaving the block closes the files. Made by `form`."""

    def __init__(
        self,
        source: Scope | StreamedRequest,
        receive: Receive | None,
        sink: SinkFactory | None,
        limits: dict[str, float],
        defaults: Mapping[str, float] = NO_LIMITS,
    ) -> None:
        self._source = source
        self._receive = receive
        self._sink = sink
        self._limits = limits
        self._defaults = defaults
        self._data: FormData | None = None
        self._is_begun = False

    def __await__(self) -> Generator[Any, None, FormData]:
        return self._read().__await__()

    async def __aenter__(self) -> FormData:
        self._data = await self._read()
        return self._data

    async def __aexit__(self, *exc_info: object) -> None:
        if self._data is not None:
            await self._data.close()

    async def _read(self) -> FormData:
        if self._is_begun:
            raise RuntimeError("This form has been read already: keep what the first await gave.")
        self._is_begun = True
        scope, body = body_of(self._source, self._receive)
        headers = Headers(scope=scope)
        kind = media_type(headers.get("content-type", ""))
        limits = {**self._defaults, **limits_around(scope, self._limits)}
        parser: MultiPartParser | FormParser
        if kind == "multipart/form-data":
            parser = MultiPartParser(headers, body, sink=self._sink, **limits)
        elif kind == "application/x-www-form-urlencoded":
            parser = FormParser(headers, body, **limits)
        else:
            return FormData()
        try:
            return await parser.parse()
        finally:
            await close_body(body)
