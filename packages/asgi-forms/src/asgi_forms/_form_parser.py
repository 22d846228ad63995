"""Urlencoded forms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from asgi_types import Headers

from ._charset import form_codec
from ._form_data import FormData
from ._limits import FormLimits, LimitAttribute, limits_of
from ._parameters import parameters
from ._threads import in_thread
from ._urlencoded import UrlencodedParser


class FormParser:
    """Reads an ``application/x-www-form-urlencoded`` body; `form` and `parse_form` do so by this class.

    ``headers`` are those of the request, ``stream`` gives the chunks of its body. The limits are those of `FormLimits`
    for fields.

    >>> import asyncio
    >>> async def body():
    ...     yield b"tag=a&t"
    ...     yield b"ag=b"
    >>> asyncio.run(FormParser(Headers(), body()).parse())
    FormData([('tag', 'a'), ('tag', 'b')])
    """

    max_fields: LimitAttribute = LimitAttribute()
    max_part_size: LimitAttribute = LimitAttribute()

    def __init__(self, headers: Headers, stream: AsyncIterator[bytes], **limits: Unpack[FormLimits]) -> None:
        self.headers = headers
        self.stream = stream
        self._limits = limits_of(limits)
        self._parser: UrlencodedParser | None = None

    async def parse(self) -> FormData:
        """The form. Raises `FormError` for one beyond a limit, and what the stream raises."""
        parser = self._parser = UrlencodedParser(self._limits, _codec(self.headers.get("Content-Type", "")))
        async for chunk in self.stream:
            parser.feed(chunk)
        return FormData(await in_thread(parser.close) if parser.is_long else parser.close())


def _codec(content_type: str) -> str:
    """What the ``charset`` of a ``Content-Type`` says; UTF-8 where it says nothing that can be used."""
    if ";" not in content_type:
        return "utf-8"
    try:
        return form_codec(parameters(content_type).get("charset", "utf-8"), "utf-8")
    except ValueError:
        return "utf-8"
