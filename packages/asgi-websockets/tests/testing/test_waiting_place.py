"""Where the application waits is part of what a timeout says."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets.testing import AsyncWebSocketTestSession


async def place(app):
    with pytest.raises(TimeoutError) as caught:
        async with AsyncWebSocketTestSession(app, timeout=0.1):
            pass
    _, _, found = str(caught.value).partition("seconds. ")
    return found


def line(func, offset):
    return f"{__file__}:{func.__code__.co_firstlineno + offset}."


async def test_it_is_a_line_of_the_application():
    async def app(scope, receive, send):
        await receive()
        await receive()

    assert await place(app) == f"It waits in app(), {line(app, 2)}"


async def test_it_is_the_innermost_one():
    async def inner():
        await anyio.sleep_forever()

    async def app(scope, receive, send):
        await inner()

    assert await place(app) == f"It waits in inner(), {line(inner, 1)}"


async def test_a_library_stands_in_where_there_is_nothing_else():
    def app(scope, receive, send):
        return anyio.sleep_forever()

    assert (await place(app)).startswith("It waits in ")


async def test_of_another_awaitable_nothing_is_known():
    class Forever:
        def __await__(self):
            while True:
                yield from checkpoint().__await__()

    def app(scope, receive, send):
        return Forever()

    assert await place(app) == ""
