"""A block that closes an iterator: on which ways out, and which iterators."""

import anyio
import pytest

from asgi_http._streaming import iteration
from asgi_http._streaming.iteration import closing


class Source:
    """An async generator that tells how it ended, and awaits before it does."""

    def __init__(self):
        self.closed = []
        self.chunks = self.generate()

    async def generate(self):
        try:
            while True:
                yield b"x"
        finally:
            await anyio.sleep(0.001)
            self.closed.append("closed")


async def test_at_the_end_of_the_block():
    source = Source()
    async with closing(source.chunks):
        await anext(source.chunks)
        assert source.closed == []
    assert source.closed == ["closed"]


async def test_when_the_block_fails():
    async def block():
        async with closing(source.chunks):
            await anext(source.chunks)
            raise KeyError

    source = Source()
    with pytest.raises(KeyError):
        await block()
    assert source.closed == ["closed"]


async def test_when_the_block_is_cancelled_it_can_await_too():
    source = Source()
    with anyio.CancelScope() as scope:
        async with closing(source.chunks):
            await anext(source.chunks)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert source.closed == ["closed"]


async def test_a_cancelled_block_does_not_wait_for_ever(monkeypatch):
    async def generate():
        try:
            yield b"x"
        finally:
            try:
                await anyio.sleep_forever()
            finally:
                ended.append("cut")

    monkeypatch.setattr(iteration, "CLOSE_TIMEOUT", 0.01)
    ended = []
    chunks = generate()
    with anyio.CancelScope() as scope:
        async with closing(chunks):
            await anext(chunks)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert ended == ["cut"]


async def test_one_that_was_never_asked_for_an_item():
    source = Source()
    async with closing(source.chunks):
        pass
    assert source.closed == []
    with pytest.raises(StopAsyncIteration):
        await anext(source.chunks)


@pytest.mark.parametrize("name", ["aclose", "close"])
async def test_what_has_another_way_to_be_closed(name):
    closed = []

    class Chunks:
        async def __anext__(self):
            raise StopAsyncIteration

    async def aclose(self):
        closed.append(name)

    setattr(Chunks, name, aclose)
    async with closing(Chunks()):
        pass
    assert closed == [name]


async def test_a_close_that_is_not_async():
    closed = []

    class Chunks:
        async def __anext__(self):
            raise StopAsyncIteration

        def close(self):
            closed.append("closed")

    async with closing(Chunks()):
        pass
    assert closed == ["closed"]


async def test_what_cannot_be_closed():
    class Chunks:
        async def __anext__(self):
            raise StopAsyncIteration

    async with closing(Chunks()):
        pass


async def test_an_iterable_that_is_no_iterator_is_left_alone():
    class Items:
        def __aiter__(self):
            return Source().chunks

        async def aclose(self):
            raise AssertionError("It may be gone through again.")

    async with closing(Items()):
        pass


def test_a_coroutine_that_is_thrown_away_awaits_nothing():
    class Chunks:
        async def __anext__(self):
            raise StopAsyncIteration

        async def aclose(self):
            raise AssertionError("Nobody is there to await it.")

    class Suspended:
        def __await__(self):
            yield

    async def block():
        async with closing(Chunks()):
            await Suspended()

    coroutine = block()
    coroutine.send(None)
    coroutine.close()
