"""The parsers behind `Request.form`, and what is left of Starlette's older one."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from shine.datastructures import FormData, Headers
from shine.exceptions import StarletteDeprecationWarning
from shine.formparsers import FormMessage, FormParser, MultiPartException


def test_events_that_nothing_sends():
    assert [event.name for event in FormMessage] == ["FIELD_START", "FIELD_NAME", "FIELD_DATA", "FIELD_END", "END"]
    with pytest.warns(StarletteDeprecationWarning, match=r"^`FormMessage` is deprecated") as warned:
        assert FormMessage(5) is FormMessage.END
    assert warned[0].filename == __file__


async def test_the_limits_by_starlette_s_names():
    async def body():
        yield b"a=1&b=2"

    parser = FormParser(Headers(), body(), max_fields=2, max_part_size=10)
    assert await parser.parse() == FormData([("a", "1"), ("b", "2")])


async def test_what_starlette_s_tells_of_its_work():
    async def body():
        yield b"a&" * 100
        yield b"b=xyz"

    async with aclosing(body()) as stream:
        parser = FormParser(Headers(), stream, max_fields=101, max_part_size=3)
        assert (parser._current_fields, parser._field_value) == (0, b"")
        with pytest.raises(MultiPartException, match="Field exceeded maximum size"):
            await parser.parse()
    assert (parser._current_fields, parser._field_value) == (101, b"")
