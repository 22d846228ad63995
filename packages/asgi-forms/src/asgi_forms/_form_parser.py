"""Urlencoded forms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from asgi_types import Headers

from ._charset import form_codec
from ._form_data import FormData
from ._limits import FormLimits, limits_of
from ._parameters import parameters
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

    def __init__(self, headers: Headers, stream: AsyncIterator[bytes], **limits: Unpack[FormLimits]) -> None:
        self.headers = headers
        self.stream = stream
        self._limits = limits_of(limits)

    async def parse(self) -> FormData:
        """The form. Raises `FormError` for one beyond a limit, and what the stream raises."""
        parser = UrlencodedParser(self._limits, _codec(self.headers.get("content-type", "")))
        async for chunk in self.stream:
            parser.feed(chunk)
        return FormData(parser.close())


def _codec(content_type: str) -> str:
    """What the ``charset`` of a ``Content-Type`` says; UTF-8 where it says nothing that can be used."""
    if ";" not in content_type:
        return "utf-8"
    try:
        return form_codec(parameters(content_type).get("charset", "utf-8"), "utf-8")
    except ValueError:
        return "utf-8"
