"""Members who are too slow."""

import anyio
import pytest

from asgi_websockets import Rooms


async def say(rooms, texts, **options):
    for text in texts:
        await rooms["lobby"].broadcast_text(text, **options)


async def test_the_oldest_are_dropped(rooms, take, waiting):
    with rooms["lobby"].join(queue_size=3, overflow="drop_oldest") as member:
        await say(rooms, "abc")
        assert (member.dropped, member.has_gap, member.is_overrun) == (0, False, False)
        await say(rooms, "de")
        assert (member.dropped, member.has_gap, member.is_overrun) == (2, True, False)
        assert await take(member, 2) == ["c", "d"]
        await say(rooms, "fgh")
        assert member.dropped == 3
        assert await waiting(member) == ["f", "g", "h"]
    assert rooms.stats == (0, 0, 8, 3, 0)


async def test_the_newest_are_dropped(rooms, take, waiting):
    with rooms["lobby"].join(queue_size=3, overflow="drop_newest") as member:
        await say(rooms, "abc")
        assert (member.dropped, member.has_gap, member.is_overrun) == (0, False, False)
        await say(rooms, "de")
        assert (member.dropped, member.has_gap, member.is_overrun) == (2, True, False)
        assert await take(member, 2) == ["a", "b"]
        await say(rooms, "fgh")
        assert member.dropped == 3
        assert await waiting(member) == ["c", "f", "g"]
    assert rooms.stats == (0, 0, 5, 3, 0)


async def test_one_is_disconnected(rooms, waiting):
    with rooms["lobby"].join("Ann", queue_size=3, overflow="disconnect") as member:
        await say(rooms, "abc")
        assert (member.has_gap, member.is_overrun) == (False, False)
        assert await rooms["lobby"].members() == ["Ann"]
        await say(rooms, "def")
        assert (member.dropped, member.has_gap, member.is_overrun) == (0, True, True)
        assert rooms.stats == (0, 0, 3, 0, 1)
        assert await rooms["lobby"].members() == []
        with anyio.fail_after(20):
            assert [message.data async for message in member] == ["a", "b", "c"]
    assert rooms.stats == (0, 0, 3, 0, 1)


async def test_the_others_get_what_one_is_too_slow_for(rooms, waiting):
    slow = [{"queue_size": 1, "overflow": overflow} for overflow in ("disconnect", "drop_oldest", "drop_newest")]
    lobby = rooms["lobby"]
    with (
        lobby.join() as first,
        lobby.join(**slow[0]) as one,
        lobby.join(**slow[1]) as two,
        lobby.join(**slow[2]) as three,
    ):
        with lobby.join() as last:
            await say(rooms, "abc")
            got = [await waiting(member) for member in (first, one, two, three, last)]
    assert got == [["a", "b", "c"], ["a"], ["c"], ["a"], ["a", "b", "c"]]
    assert rooms.stats == (0, 0, 3 + 1 + 3 + 1 + 3, 4, 1)


async def test_what_one_is_left_out_of_takes_no_place(rooms, waiting):
    with rooms["lobby"].join(queue_size=1) as member:
        await say(rooms, "a")
        await say(rooms, "bcd", exclude=member)
        assert not member.is_overrun
        assert await waiting(member) == ["a"]


async def test_the_rooms_say_what_is_so_by_default(waiting):
    rooms = Rooms(queue_size=2, overflow="drop_oldest")
    with rooms["lobby"].join() as one, rooms["lobby"].join(queue_size=3) as two:
        with rooms["lobby"].join(overflow="drop_newest") as three:
            await say(rooms, "abcd")
            got = [await waiting(member) for member in (one, two, three)]
    assert got == [["c", "d"], ["b", "c", "d"], ["a", "b"]]


async def test_64_messages_wait_by_default_and_then_one_is_disconnected(rooms):
    with rooms["lobby"].join() as member:
        await say(rooms, "x" * 64)
        assert not member.is_overrun
        await say(rooms, "x")
        assert member.is_overrun


@pytest.mark.parametrize("overflow", ["disconnect", "drop_oldest", "drop_newest"])
async def test_who_reads_in_time_misses_nothing(overflow, take):
    rooms = Rooms(queue_size=1, overflow=overflow)
    with rooms["lobby"].join() as member:
        for number in range(100):
            await say(rooms, [str(number)])
            assert await take(member, 1) == [str(number)]
        assert (member.dropped, member.has_gap, member.is_overrun) == (0, False, False)


async def test_being_overrun_is_told_at_once_and_later_as_well(rooms):
    told = []
    with rooms["lobby"].join(queue_size=1) as member:
        member.call_on_overrun(lambda: told.append("first"))
        await say(rooms, "a")
        assert told == []
        await say(rooms, "b")
        assert told == ["first"]
        member.call_on_overrun(lambda: told.append("second"))
        assert told == ["first", "second"]


async def test_dropping_within_a_replay_leaves_the_order(waiting, take):
    rooms = Rooms(queue_size=2, overflow="drop_oldest")
    await say(rooms, "abc")
    with rooms["lobby"].join(history=3) as member:
        assert await take(member, 1) == ["a"]
        await say(rooms, "def")
        assert member.dropped == 1
        assert await waiting(member) == ["b", "c", "e", "f"]
