"""A body in very many parts, and one whose reading is cancelled."""

import tracemalloc
from contextlib import suppress

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_http import ClientDisconnect, ContentTooLarge, Request, _request

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}


def part(body=b"", more_body=True):
    return {"type": "http.request", "body": body, "more_body": more_body}


class Own(Request):
    """Has a stream of its own."""

    async def stream(self):
        async for chunk in super().stream():
            yield chunk


class Client:
    """Sends ``parts``; None is a pause, in which reading is cancelled."""

    def __init__(self, *parts):
        self.parts = list(parts)
        self.reading = anyio.CancelScope()

    async def receive(self):
        part = self.parts.pop(0)
        if part is None:
            self.reading.cancel()
            await anyio.sleep_forever()
        return part

    async def read(self, request):
        """The body, or None if reading was cancelled."""
        with anyio.CancelScope() as self.reading:
            return await request.body()


@pytest.mark.parametrize("kind", [Request, Own])
async def test_tiny_parts_take_no_more_memory_than_the_body(kind):
    number = 0

    async def receive():
        nonlocal number
        number += 1
        return part(number.to_bytes(2, "big"), more_body=number < 50_000)

    tracemalloc.start()
    try:
        body = await kind(dict(SCOPE), receive).body()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body == b"".join(number.to_bytes(2, "big") for number in range(1, 50_001))
    assert peak < 500_000


@pytest.mark.parametrize("kind", [Request, Own])
async def test_empty_parts_are_not_kept(kind):
    number = 0

    async def receive():
        nonlocal number
        number += 1
        return part(more_body=number < 20_000)

    tracemalloc.start()
    try:
        assert await kind(dict(SCOPE), receive).body() == b""
        assert tracemalloc.get_traced_memory()[1] < 50_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(st.lists(st.none() | st.binary(max_size=3), max_size=60))
@settings(max_examples=50)
def test_a_body_is_the_same_in_any_parts_and_with_any_pauses(backend, parts):
    async def main():
        client = Client(*[body if body is None else part(body) for body in parts], part(b"end", more_body=False))
        request = Request(dict(SCOPE), client.receive)
        body = None
        while body is None:
            body = await client.read(request)
            assert len(request._chunks or []) <= len(parts) // 3 + 3
        return body

    original, _request.MAX_PARTS = _request.MAX_PARTS, 3
    try:
        assert anyio.run(main, backend=backend) == b"".join(filter(None, parts)) + b"end"
    finally:
        _request.MAX_PARTS = original


async def test_the_limit_counts_what_came_before_a_pause():
    client = Client(part(b"123"), None, part(b"456", more_body=False))
    request = Request(dict(SCOPE), client.receive)
    request.max_body_size = 5
    assert await client.read(request) is None
    with pytest.raises(ContentTooLarge):
        await request.body()


async def test_the_parts_are_let_go_with_the_body_they_made():
    client = Client(part(b"1"), None, part(b"2", more_body=False))
    request = Request(dict(SCOPE), client.receive)
    assert await client.read(request) is None
    assert await request.body() == b"12"
    assert not request._chunks


async def test_a_stream_of_one_s_own_that_is_cancelled_has_lost_parts_and_says_so():
    client = Client(part(b"1"), None, part(b"2", more_body=False))
    request = Own(dict(SCOPE), client.receive)
    assert await client.read(request) is None
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"^Stream consumed$"):
            await request.body()


async def test_a_stream_of_one_s_own_that_is_cancelled_before_a_part_has_lost_nothing():
    client = Client(None, part(b"12", more_body=False))
    request = Own(dict(SCOPE), client.receive)
    assert await client.read(request) is None
    assert await request.body() == b"12"


async def test_a_stream_of_one_s_own_that_fails_stays_as_it_is():
    client = Client(part(b"1"), {"type": "http.disconnect"})
    request = Own(dict(SCOPE), client.receive)
    for _ in range(2):
        with pytest.raises(ClientDisconnect):
            await request.body()
    with suppress(ClientDisconnect):
        await anext(request.stream())
