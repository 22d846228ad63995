"""Many members and many rooms: time and memory."""

import gc
import random
import tracemalloc

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import MemoryBackend, RoomMessage, Rooms


@pytest.mark.parametrize("overflow", ["drop_oldest", "drop_newest"])
def test_the_time_of_a_message_grows_with_the_members_of_its_room(assert_linear, overflow):
    def many(count):
        rooms = Rooms(queue_size=5, overflow=overflow)
        for _ in range(count):
            rooms["lobby"].join().__enter__()
        return rooms

    def deliver(rooms):
        for number in range(10):
            rooms.deliver(RoomMessage("lobby", "Hello", str(number)))

    assert_linear(deliver, many, 500)  # more would no longer be in the processor's cache, which is another matter


def test_the_members_of_other_rooms_take_no_time(assert_linear):
    def many(count):
        rooms = Rooms(queue_size=5, overflow="drop_oldest")
        for number in range(count):
            rooms[str(number)].join().__enter__()
        return rooms, count

    def deliver(argument):
        rooms, count = argument
        for number in range(count):
            rooms.deliver(RoomMessage(str(number), "Hello", "1"))

    assert_linear(deliver, many, 400)


def test_the_time_of_being_overrun_grows_with_the_members(assert_linear):
    def many(count):
        made = []
        for _ in range(3):  # it is measured three times, and each ends all members
            rooms = Rooms(queue_size=1)
            for _ in range(count):
                rooms["lobby"].join("info").__enter__()
            rooms.deliver(RoomMessage("lobby", "Hello", "1"))
            made.append(rooms)
        return made

    def deliver(made):
        rooms = made.pop()
        rooms.deliver(RoomMessage("lobby", "Hello", "2"))
        assert rooms.stats[:2] == (0, 0)

    assert_linear(deliver, many, 300)


async def test_2000_members_all_get_a_message(rooms, until):
    async def iterate():
        with rooms["lobby"].join() as member:
            async for message in member:
                got.append(message.data)
                break

    got = []
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for _ in range(2000):
                tasks.start_soon(iterate)
            await until(lambda: rooms.stats.members == 2000)
            await rooms["lobby"].broadcast_text("Hello")
    assert got == ["Hello"] * 2000
    assert rooms.stats == (0, 0, 2000, 0, 0)


async def test_who_sends_in_a_loop_lets_the_others_have_their_turn(rooms):
    async def send_for_ever():
        while True:
            await rooms["lobby"].broadcast_text("Hello")

    async def count():
        for _ in range(100):
            await checkpoint()
        scope.cancel()

    with anyio.fail_after(20):
        with rooms["lobby"].join(queue_size=10**6) as member:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(count)
                    tasks.start_soon(send_for_ever)
    assert rooms.stats.delivered < 1000
    assert not member.is_overrun


async def test_a_member_keeps_up_with_who_sends_in_a_loop():
    async def iterate():
        async for message in member:
            got.append(message.data)  # noqa: PERF401 - one by one

    got = []
    rooms = Rooms(queue_size=2)
    async with anyio.create_task_group() as tasks:
        with rooms["lobby"].join() as member:
            tasks.start_soon(iterate)
            for number in range(1000):
                await rooms["lobby"].broadcast_text(str(number))
    assert got == [str(number) for number in range(1000)]


@pytest.mark.parametrize("info", [None, {"name": "Ann"}])
async def test_nothing_is_left_of_those_who_left(info):
    def name():
        return f"{choice.random():.17f}"

    async def come_and_go(count):
        for _ in range(count):
            room = rooms[name()]
            with room.join(info) as one, room.join(info, history=2):
                await room.broadcast_text("Hello")
                await anext(one)

    choice = random.Random(1)
    rooms = Rooms(MemoryBackend(max_history_bytes=100_000))
    await come_and_go(500)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        await come_and_go(3000)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 200_000
    finally:
        tracemalloc.stop()
    assert rooms.stats[:2] == (0, 0)
