"""A room as the source of server-sent events: an async generator that somebody else ends."""

import gc
from contextlib import aclosing

import anyio
import pytest

from asgi_websockets import Member, MemoryBackend, Rooms, RoomsStats


async def events(rooms, last_id=None, **options):
    with rooms["lobby"].join("a page", after=last_id, **options) as member:
        async for message in member:
            yield message.id, message.data


async def say(rooms, texts):
    for text in texts:
        await rooms["lobby"].broadcast_text(text)


async def test_a_page_that_reconnects_misses_nothing(rooms):
    async def read(count, last_id):
        async with aclosing(events(rooms, last_id, history=10)) as stream:
            return [await anext(stream) for _ in range(count)]

    await say(rooms, "ab")
    got = await read(2, None)
    await say(rooms, "cd")
    got += await read(1, got[-1][0])
    got += await read(1, got[-1][0])
    assert [data for _, data in got] == ["a", "b", "c", "d"]
    assert rooms.stats[:2] == (0, 0)


@pytest.mark.parametrize("is_read", [True, False])
async def test_closing_it_early_leaves_the_room(rooms, is_read):
    stream = events(rooms, history=5)
    if is_read:
        await say(rooms, "ab")
        assert (await anext(stream))[1] == "a"
        assert await rooms["lobby"].members() == ["a page"]
    await stream.aclose()
    assert rooms.stats[:2] == (0, 0)
    assert await rooms["lobby"].members() == []


async def test_breaking_off_leaves_the_room(rooms):
    await say(rooms, "ab")
    async with aclosing(events(rooms, history=5)) as stream:
        async for _ in stream:
            break
        assert rooms.stats.members == 1
    assert rooms.stats.members == 0


@pytest.mark.parametrize("texts", ["", "ab"])
async def test_cancelling_who_reads_leaves_the_room(rooms, texts, until):
    async def read():
        async with aclosing(events(rooms)) as stream:
            async for event in stream:
                got.append(event)  # noqa: PERF401 - one by one

    got = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        await until(lambda: rooms.stats.members == 1)
        await say(rooms, texts)
        await until(lambda: len(got) == len(texts))
        tasks.cancel_scope.cancel()
    assert rooms.stats[:2] == (0, 0)
    assert await rooms["lobby"].members() == []


async def test_cancelling_who_asks_for_the_history_leaves_the_room(until):
    class Stuck(MemoryBackend):
        async def history(self, room, count, after):
            await anyio.sleep_forever()

    async def read():
        async with aclosing(events(rooms, "1-0")) as stream:
            await anext(stream)

    rooms = Rooms(Stuck())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        await until(lambda: rooms.stats.members == 1)
        tasks.cancel_scope.cancel()
    assert rooms.stats[:2] == (0, 0)


async def test_a_page_that_reads_too_slowly_is_told_by_the_end_and_comes_back_for_the_rest():
    async def read(last_id):
        async with aclosing(events(rooms, last_id)) as stream:
            return [event async for event in stream]

    rooms = Rooms(queue_size=2)
    with anyio.fail_after(20):
        async with aclosing(events(rooms, history=1)) as stream:
            await say(rooms, "a")
            got = [await anext(stream)]
            await say(rooms, "bcdef")
            got += [event async for event in stream]
        assert [data for _, data in got] == ["a", "b", "c"]
        async with aclosing(events(rooms, got[-1][0])) as stream:
            assert [(await anext(stream))[1] for _ in range(3)] == ["d", "e", "f"]
    assert rooms.stats == RoomsStats(0, 0, 2, 0, 1)


async def test_it_ends_with_the_rooms(until):
    async def read():
        async with aclosing(events(rooms)) as stream:
            got.extend([data async for _, data in stream])

    got = []
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            async with Rooms() as rooms:
                tasks.start_soon(read)
                await until(lambda: rooms.stats.members == 1)
                await say(rooms, "ab")
    assert got == ["a", "b"]


async def test_nobody_keeps_what_has_left(rooms):
    for _ in range(10):
        async with aclosing(events(rooms, history=5)) as stream:
            await say(rooms, "a")
            await anext(stream)
    gc.collect()
    assert [thing for thing in gc.get_objects() if isinstance(thing, Member) and thing.room.rooms is rooms] == []
