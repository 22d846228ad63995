import tracemalloc

import anyio
import pytest

from asgi_websockets import MemoryBackend, Rooms


async def kept(rooms, name="lobby", count=1000, after=None):
    """What the history of a room has, and whether that is all that was asked for."""
    history = await rooms.backend.history(name, count, after)
    return [message.data for message in history.messages], history.is_complete


async def ids(rooms, name="lobby"):
    return [message.id for message in (await rooms.backend.history(name, 1000, None)).messages]


async def say(rooms, *texts, name="lobby"):
    for text in texts:
        await rooms[name].broadcast_text(text)


def test_it_shows_its_limit():
    assert repr(MemoryBackend()) == f"MemoryBackend(max_history_bytes={64 * 1024 * 1024})"


def test_a_negative_limit_is_an_error():
    with pytest.raises(ValueError, match="max_history_bytes is a number of bytes: it cannot be -1"):
        MemoryBackend(max_history_bytes=-1)


def test_two_rooms_cannot_share_one():
    backend = MemoryBackend()
    rooms = Rooms(backend)
    with pytest.raises(RuntimeError, match="belongs to another Rooms"):
        Rooms(backend)
    assert rooms.backend is backend


async def test_it_needs_to_know_where_messages_go():
    with pytest.raises(AssertionError, match="bind"):
        await MemoryBackend().publish("lobby", "Hello", "", 0)


async def test_ids_are_unique_over_two_processes_and_all_rooms():
    one, other = Rooms(), Rooms()
    for rooms in (one, other):
        await say(rooms, *"abc")
        await say(rooms, *"abc", name="bar")
    every = [*await ids(one), *await ids(one, "bar"), *await ids(other), *await ids(other, "bar")]
    assert len(set(every)) == 12


async def test_who_is_told_to_leave_and_never_came_is_no_error():
    backend = MemoryBackend()
    backend.leave("lobby", "1")
    backend.enter("lobby", "1", "{}")
    backend.leave("lobby", "2")
    assert await backend.members("lobby") == ("{}",)


# Histories


async def test_the_last_messages_are_kept(rooms):
    rooms = Rooms(history=3)
    await say(rooms, *"abcde")
    assert await kept(rooms) == (["c", "d", "e"], True)
    assert await kept(rooms, count=2) == (["d", "e"], True)
    assert await kept(rooms, count=0) == ([], True)
    assert await kept(rooms, "bar") == ([], True)


async def test_50_messages_are_kept_by_default(rooms):
    await say(rooms, *map(str, range(60)))
    assert (await kept(rooms))[0] == [str(number) for number in range(10, 60)]


async def test_none_are_kept_if_none_shall_be():
    rooms = Rooms(history=0)
    await say(rooms, "a")
    assert await kept(rooms) == ([], True)


async def test_what_came_after_a_message_is_found():
    rooms = Rooms(history=4)
    await say(rooms, *"abcd")
    a, b, _, d = await ids(rooms)
    assert await kept(rooms, after=a) == (["b", "c", "d"], True)
    assert await kept(rooms, count=3, after=a) == (["b", "c", "d"], True)
    assert await kept(rooms, count=2, after=a) == (["c", "d"], False)
    assert await kept(rooms, count=2, after=b) == (["c", "d"], True)
    assert await kept(rooms, count=0, after=d) == ([], True)
    assert await kept(rooms, after=d) == ([], True)
    await say(rooms, "e")
    assert await kept(rooms, after=a) == (["b", "c", "d", "e"], False)
    assert await kept(rooms, count=1, after=a) == (["e"], False)


@pytest.mark.parametrize("after", ["", "1-0", "deadbeef-1", "\0", "x" * 10_000])
async def test_after_an_unknown_message_all_may_be_missing(rooms, after):
    assert await kept(rooms, after=after) == ([], False)
    await say(rooms, *"ab")
    assert await kept(rooms, after=after) == (["a", "b"], False)


async def test_a_message_of_another_room_or_process_is_unknown(rooms):
    await say(rooms, "a", name="bar")
    await say(rooms, "b")
    (other,) = await ids(rooms, "bar")
    assert await kept(rooms, after=other) == (["b"], False)


async def test_what_was_found_does_not_change_later(rooms):
    await say(rooms, "a")
    history = await rooms.backend.history("lobby", 10, None)
    await say(rooms, "b")
    assert [message.data for message in history.messages] == ["a"]


# What histories take


async def test_the_oldest_message_of_all_goes_first():
    rooms = Rooms(MemoryBackend(max_history_bytes=4000))
    await say(rooms, "a", "b", name="one")
    await say(rooms, "c", name="two")
    await say(rooms, "d", name="one")
    await say(rooms, *"efg", name="three")
    left = [(await kept(rooms, name))[0] for name in ("one", "two", "three")]
    flat = [text for texts in left for text in texts]
    assert 0 < len(flat) < 7
    assert sorted(flat) == list("abcdefg")[-len(flat) :]


async def test_a_message_larger_than_the_limit_is_not_kept_but_delivered(take):
    rooms = Rooms(MemoryBackend(max_history_bytes=2000))
    with rooms["lobby"].join() as member:
        await say(rooms, "x" * 2000)
        assert await take(member, 1) == ["x" * 2000]
    assert await kept(rooms) == ([], True)
    await say(rooms, "a")
    assert await kept(rooms) == (["a"], True)


async def test_a_limit_of_nothing_keeps_nothing():
    rooms = Rooms(MemoryBackend(max_history_bytes=0))
    await say(rooms, "a", "b")
    assert await kept(rooms) == ([], True)


@pytest.mark.parametrize("per_room", [1, 7, 1000])
@pytest.mark.parametrize("size", [1, 1000])
async def test_memory_is_bounded_whatever_the_names(per_room, size):
    limit = 1024 * 1024
    rooms = Rooms(MemoryBackend(max_history_bytes=limit), history=1000)
    tracemalloc.start()
    try:
        for number in range(2500):
            await say(rooms, f"{number:0{size}}", name=f"{number // per_room:016}")
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert limit / 5 < taken < limit


def test_a_message_takes_no_longer_where_many_are_kept(assert_linear, anyio_backend):
    async def publish(backend, count):
        for number in range(count):
            await backend.publish(str(number % 1000), "x", "", 50_000)

    def full(count):
        backend = MemoryBackend(max_history_bytes=count * 1300)
        backend.bind(lambda message: None, lambda room: None)
        anyio.run(publish, backend, count, backend=anyio_backend)
        return backend, count

    assert_linear(lambda full: anyio.run(publish, *full, backend=anyio_backend), full, 2500)
