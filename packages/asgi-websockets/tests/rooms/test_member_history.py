"""What a member gets of what was sent before, and its seam with what is sent meanwhile."""

from itertools import product

import anyio
import pytest

from asgi_websockets import History, MemoryBackend, Rooms


async def say(rooms, texts, **options):
    for text in texts:
        await rooms["lobby"].broadcast_text(text, **options)


async def ids(rooms):
    return [message.id for message in (await rooms.backend.history("lobby", 1000, None)).messages]


class SlowHistory(MemoryBackend):
    """Asks ``meanwhile`` before it looks at the history, and again before it tells."""

    meanwhile = None

    async def history(self, room, count, after):
        await self.meanwhile("before")
        history = await super().history(room, count, after)
        await self.meanwhile("after")
        return history


async def test_by_default_one_gets_what_is_sent_from_now_on(rooms, waiting):
    await say(rooms, "ab")
    with rooms["lobby"].join() as member:
        await say(rooms, "cd")
        assert await waiting(member) == ["c", "d"]
    assert not member.has_gap


@pytest.mark.parametrize(("count", "old"), [(1, "c"), (2, "bc"), (3, "abc"), (4, "abc"), (10**9, "abc")])
async def test_the_last_messages_come_first(rooms, take, count, old):
    await say(rooms, "abc")
    with rooms["lobby"].join(history=count) as member:
        assert await take(member, len(old)) == list(old)
        await say(rooms, "de")
        assert await take(member, 2) == ["d", "e"]
    assert not member.has_gap


async def test_text_and_bytes_come_as_they_were_sent(rooms, take):
    await rooms["lobby"].broadcast_bytes(b"\0")
    await rooms["lobby"].broadcast_json({})
    with rooms["lobby"].join(history=2) as member:
        assert await take(member, 2) == [b"\0", "{}"]


async def test_after_a_message_come_those_after_it(rooms, take):
    await say(rooms, "abcd")
    with rooms["lobby"].join(after=(await ids(rooms))[1]) as member:
        await say(rooms, "e")
        assert await take(member, 3) == ["c", "d", "e"]
    assert not member.has_gap


async def test_after_the_last_message_comes_nothing_but_what_is_new(rooms, take):
    await say(rooms, "ab")
    with rooms["lobby"].join(after=(await ids(rooms))[-1]) as member:
        await say(rooms, "c")
        assert await take(member, 1) == ["c"]
    assert not member.has_gap


async def test_after_a_message_come_at_most_as_many_as_are_wanted(rooms, take):
    await say(rooms, "abcd")
    with rooms["lobby"].join(after=(await ids(rooms))[0], history=2) as member:
        assert await take(member, 2) == ["c", "d"]
    assert member.has_gap


async def test_after_a_message_that_is_forgotten_there_is_a_gap(take):
    rooms = Rooms(history=2)
    await say(rooms, "a")
    (a,) = await ids(rooms)
    await say(rooms, "bc")
    with rooms["lobby"].join(after=a) as whole, rooms["lobby"].join(after="unknown") as unknown:
        await say(rooms, "d")
        assert await take(whole, 2) == ["c", "d"]
        assert await take(unknown, 2) == ["c", "d"]
    assert whole.has_gap
    assert unknown.has_gap


async def test_without_any_history_there_is_a_gap_after_a_message(take):
    rooms = Rooms(history=0)
    with rooms["lobby"].join(after="1-0") as member, rooms["lobby"].join(history=5) as other:
        await say(rooms, "a")
        assert await take(member, 1) == ["a"]
        assert await take(other, 1) == ["a"]
    assert member.has_gap
    assert not other.has_gap


@pytest.mark.parametrize("after", [None, ""])
@pytest.mark.parametrize("count", [0, 5])
async def test_after_nothing_is_no_gap(rooms, take, after, count):
    await say(rooms, "ab")
    with rooms["lobby"].join(after=after, history=count) as member:
        await say(rooms, "c")
        got = await take(member, 3 if count else 1)
    assert (got, member.has_gap) == (["a", "b", "c"] if count else ["c"], False)


async def test_a_backend_that_could_not_be_asked_is_a_gap(take):
    class Lost(MemoryBackend):
        async def history(self, room, count, after):
            return History((), is_complete=False)

    rooms = Rooms(Lost())
    with rooms["lobby"].join(history=5) as member:
        await say(rooms, "a")
        assert await take(member, 1) == ["a"]
    assert member.has_gap


# The seam


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
async def test_what_was_sent_between_entering_and_reading_comes_once_and_in_order(rooms, take, count):
    await say(rooms, "abc")
    with rooms["lobby"].join(history=count) as member:
        await say(rooms, "def")
        got = await take(member, max(count, 3))
        assert got == list("abcdef")[-max(count, 3) :]
        await say(rooms, "g")
        assert await take(member, 1) == ["g"]


async def test_a_history_that_forgets_is_no_reason_to_miss_what_waits(take):
    rooms = Rooms(history=2)
    await say(rooms, "ab")
    (_, b) = await ids(rooms)
    with rooms["lobby"].join(after=b) as member:
        await say(rooms, "cdef")
        assert await take(member, 4) == ["c", "d", "e", "f"]


@pytest.mark.parametrize("entering", ["", "d", "de"])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
async def test_what_is_sent_while_the_history_is_asked_for_comes_once_and_in_order(take, count, entering):
    async def meanwhile(when):
        await say(rooms, {"before": before, "after": after}[when])

    for before, after in product(["", "f", "fg"], ["", "h", "hi"]):
        rooms = Rooms(SlowHistory())
        rooms.backend.meanwhile = meanwhile
        await say(rooms, "abc")
        with rooms["lobby"].join(history=count) as member:
            await say(rooms, entering)
            since = entering + before
            window = f"abc{since}"[-count:]
            expected = (window if len(window) > len(since) else since) + after + "z"
            got = await take(member, 1)
            await say(rooms, "z")
            got += await take(member, len(expected) - 1)
            assert "".join(got) == expected
            member.leave()
            assert [message.data async for message in member] == []


async def test_what_one_sent_to_the_others_does_not_come_back_from_the_history(rooms, take):
    with rooms["lobby"].join(history=9) as ann, rooms["lobby"].join(history=9) as bob:
        await say(rooms, "a")
        await say(rooms, "b", exclude=ann)
        await say(rooms, "c")
        assert await take(ann, 2) == ["a", "c"]
        assert await take(bob, 3) == ["a", "b", "c"]


async def test_only_what_one_sent_to_the_others_is_no_history(rooms, take):
    with rooms["lobby"].join(history=9) as ann:
        await say(rooms, "ab", exclude=ann)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(say, rooms, "c")
            assert await take(ann, 1) == ["c"]


# What leaves a full queue before the history is read


@pytest.mark.parametrize("overflow", ["disconnect", "drop_oldest", "drop_newest"])
@pytest.mark.parametrize(
    ("count", "expected", "has_gap"), [(9, "abcdefz", False), (4, "cdefz", False), (3, "defz", False)]
)
async def test_what_leaves_a_full_queue_comes_from_the_history(overflow, count, expected, has_gap, take):
    rooms = Rooms(queue_size=2, overflow=overflow)
    await say(rooms, "ab")
    with rooms["lobby"].join(history=count) as member:
        await say(rooms, "cdef")
        got = await take(member, len(expected) - 1)
        await say(rooms, "z")
        got += await take(member, 1)
    assert "".join(got) == expected
    assert (member.has_gap, member.dropped, member.is_overrun) == (has_gap, 0, False)
    assert rooms.stats == (0, 0, 5, 0, 0)


async def test_what_leaves_a_full_queue_when_the_history_is_on_its_way_is_a_gap(take):
    async def meanwhile(when):
        await say(rooms, {"before": "b", "after": "cdef"}[when])

    rooms = Rooms(SlowHistory(), queue_size=2)
    rooms.backend.meanwhile = meanwhile
    await say(rooms, "a")
    with rooms["lobby"].join(history=9) as member:
        assert await take(member, 4) == ["a", "b", "e", "f"]
        assert (member.has_gap, member.dropped, member.is_overrun) == (True, 0, False)


async def test_without_after_it_begins_where_the_history_does_which_is_no_gap(take):
    rooms = Rooms(queue_size=1)
    with rooms["lobby"].join(history=4) as member:
        await say(rooms, "a")
        await say(rooms, "xy", exclude=member)
        await say(rooms, "bc")
        assert await take(member, 2) == ["b", "c"]
    assert not member.has_gap


async def test_once_the_history_was_read_a_full_queue_is_full(take):
    rooms = Rooms(queue_size=2)
    await say(rooms, "ab")
    with rooms["lobby"].join(history=9) as member:
        await say(rooms, "cde")
        assert await take(member, 1) == ["a"]
        await say(rooms, "fg")
        assert not member.is_overrun  # what waited with the history takes no place
        await say(rooms, "h")
        assert member.is_overrun
        with anyio.fail_after(20):
            assert [message.data async for message in member] == list("bcdefg")
    assert (member.has_gap, rooms.stats.disconnected) == (True, 1)


@pytest.mark.parametrize(("texts", "has_gap"), [("ab", False), ("abc", True)])
async def test_who_leaves_before_reading_has_what_the_queue_holds(texts, has_gap, waiting):
    rooms = Rooms(queue_size=2)
    with rooms["lobby"].join(history=5) as member:
        await say(rooms, texts)
        assert await waiting(member) == list(texts[-2:])
    assert member.has_gap is has_gap


async def test_messages_that_the_backend_delivers_after_it_told_them_come_once(take):
    class Late(MemoryBackend):
        """Delivers when told to."""

        def bind(self, deliver, note_gap):
            self.deliver = deliver
            super().bind(late.append, note_gap)

    late = []
    rooms = Rooms(Late())
    with rooms["lobby"].join(history=2) as member:
        await say(rooms, "ab")
        assert await take(member, 2) == ["a", "b"]
        await say(rooms, "c")
        for message in late:
            rooms.backend.deliver(message)
        assert await take(member, 1) == ["c"]
        rooms.backend.deliver(late[0])  # whoever tells a message twice much later means it
        assert await take(member, 1) == ["a"]


# What is asked for once


async def test_a_question_that_was_given_up_is_asked_again(take):
    async def meanwhile(when):
        asked.append(when)
        if len(asked) == 1:
            await anyio.sleep_forever()

    asked = []
    rooms = Rooms(SlowHistory())
    rooms.backend.meanwhile = meanwhile
    await say(rooms, "ab")
    with rooms["lobby"].join(history=2) as member:
        with anyio.move_on_after(0.01):
            await anext(member)
        assert await take(member, 2) == ["a", "b"]
        await say(rooms, "c")
        assert await take(member, 1) == ["c"]
    assert asked == ["before", "before", "after"]


async def test_who_has_left_asks_for_no_history(rooms, waiting):
    await say(rooms, "a")
    with rooms["lobby"].join(history=5) as member:
        await say(rooms, "b")
        assert await waiting(member) == ["b"]


async def test_leaving_while_the_history_is_asked_for_ends_after_it():
    async def meanwhile(when):
        member.leave()

    rooms = Rooms(SlowHistory())
    rooms.backend.meanwhile = meanwhile
    await say(rooms, "a")
    with rooms["lobby"].join(history=5) as member:
        with anyio.fail_after(20):
            assert [message.data async for message in member] == ["a"]
