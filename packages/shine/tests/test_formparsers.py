"""The parsers behind `Request.form`, and what is left of Starlette's older one."""

from __future__ import annotations

import pytest

from shine.datastructures import FormData, Headers
from shine.exceptions import StarletteDeprecationWarning
from shine.formparsers import FormMessage, FormParser


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
