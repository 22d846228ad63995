"""Many rooms, joined and left at any time."""

from secrets import token_hex

import anyio
import anyio.lowlevel
from anyio import create_task_group, sleep
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_websockets._redis.link import Link

ANY_TEXT = st.text(st.characters(exclude_categories=()))


async def test_only_rooms_that_are_subscribed_to(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("a", "b")
        for room in "abc":
            await two.publish(room, f"1 {room}", "", 10)
        await backends.until(lambda: len(one.got) == 2)
        one.unsubscribe("a")
        one.unsubscribe("a")
        one.unsubscribe("never")
        await one.join("c")
        for room in "abc":
            await two.publish(room, f"2 {room}", "", 10)
        await backends.until(lambda: len(one.got) == 4)
        assert [message.data for message in one.got] == ["1 a", "1 b", "2 b", "2 c"]
        [client] = [line for line in await redis.clients() if "sub=3 " in line]  # b, c, and its own
    assert client


async def test_who_joins_and_speaks_hears_it(redis, backends):
    async with backends.running(redis) as backend:
        for number in range(100):
            backend.subscribe(str(number))
            await backend.publish(str(number), "Hello", "", 10)
        await backends.until(lambda: len(backend.got) == 100)


async def test_leaving_and_joining_again_at_once(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        async with create_task_group() as tasks:

            async def flap():
                for _ in range(50):
                    one.unsubscribe("lobby")
                    one.subscribe("lobby")
                    await anyio.lowlevel.checkpoint()
                    one.unsubscribe("lobby")
                    await anyio.lowlevel.checkpoint()
                    one.subscribe("lobby")
                    await sleep(0.001)

            tasks.start_soon(flap)
            for number in range(200):
                await two.publish("lobby", str(number), "", 0)
                await anyio.lowlevel.checkpoint()
        await one.join("lobby")
        await two.publish("lobby", "200", "", 0)
        await backends.until(lambda: one.data("lobby")[-1:] == ["200"])  # what was on its way still comes before it
        seen = one.data("lobby")
        assert seen == sorted(set(seen), key=int)


async def test_who_has_left_before_it_was_confirmed_gets_nothing(redis, backends):
    async with backends.running(redis) as backend:
        backend.subscribe("lobby")
        await anyio.lowlevel.checkpoint()
        backend.unsubscribe("lobby")
        await backend.publish("lobby", "Hello", "", 10)
        await backends.until(lambda: not len(backend._outbox))
        assert backend.got == []
        assert backend._subscriptions._by_channel == {}


async def test_who_joins_anew_does_not_get_what_was_missed_before(redis, backends, monkeypatch):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        answer = Link.answer

        async def leave_and_join(link, request):
            result = await answer(link, request)
            if link is one._keeper.link and b"missed" in repr(result).encode():
                one.unsubscribe("lobby")
                one.subscribe("lobby")
            return result

        monkeypatch.setattr(Link, "answer", leave_and_join)
        async with backends.cut_off(one):
            await two.publish("lobby", "missed", "", 10)
            await backends.until(lambda: not len(two._outbox))
        await backends.until(lambda: one.kinds() == ["lost", "restored"])
        await two.publish("lobby", "new", "", 10)
        await backends.until(lambda: one.data("lobby") == ["new"])


async def test_many_rooms_after_a_loss(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        rooms = [f"room {number}" for number in range(100)]
        await one.join(*rooms)
        async with backends.cut_off(one):
            assert not any(one._subscriptions[room].is_live for room in rooms)
            for room in rooms:
                await two.publish(room, "Hello", "", 10)
        await backends.until(lambda: len(one.got) == 100)
        assert sorted(message.room for message in one.got) == sorted(rooms)


async def test_a_redis_that_comes_back_with_an_older_clock(redis, backends):
    """Its ids are lower than those that were seen."""
    key = b"asgi_websockets:{lobby}:history"
    async with backends.running(redis) as one, backends.running(redis) as two:
        await redis.command(b"XADD", key, b"99999999999999-0", b"m", b"x")
        await one.join("lobby")
        await two.publish("lobby", "0", "", 10)
        await backends.until(lambda: one.data("lobby") == ["0"])
        assert one.got[0].id == "99999999999999-1"
        await redis.command(b"FLUSHALL")
        await two.publish("lobby", "1", "", 10)
        await backends.until(lambda: one.data("lobby") == ["0", "1"])
        assert one.got[1].id < one.got[0].id
        async with backends.cut_off(one):
            await two.publish("lobby", "2", "", 10)
        await backends.until(lambda: one.data("lobby") == ["0", "1", "2"])


async def test_a_redis_that_has_lost_all_while_nobody_was_there(redis, backends):
    key = b"asgi_websockets:{lobby}:history"
    async with backends.running(redis) as one, backends.running(redis) as two:
        await redis.command(b"XADD", key, b"99999999999999-0", b"m", b"x")
        await one.join("lobby")
        await two.publish("lobby", "0", "", 10)
        await backends.until(lambda: one.data("lobby") == ["0"])
        async with backends.cut_off(one):
            await redis.command(b"FLUSHALL")
            await two.publish("lobby", "1", "", 10)
            await two.publish("lobby", "2", "", 10)
            await backends.until(lambda: not len(two._outbox))
        await backends.until(lambda: one.data("lobby") == ["0", "1", "2"])


async def _marked(redis, backend):
    return await redis.command(b"EXISTS", b"asgi_websockets:mark:" + backend._id) == 1


async def _catch_up(redis, backends, one, two, missed, keep):
    """What the one has missed while it was cut off, and the gaps."""
    await backends.until(lambda: _marked(redis, one))
    before = len(one.got)
    async with backends.cut_off(one):
        for number in range(missed):
            await two.publish("lobby", f"missed {number}", "", keep)
        await backends.until(lambda: not len(two._outbox))
    await backends.until(lambda: one.kinds()[-1] == "restored")
    assert one.reports[-1].gaps == len({room for room, _ in one.gaps})
    assert two.gaps == []
    return len(one.got) - before, one.gaps


async def test_more_missed_than_is_kept_is_a_gap_that_is_noted_first(redis, backends, caplog):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby", "other")
        await two.publish("lobby", "0", "", 5)
        await backends.until(lambda: one.got)
        assert await _catch_up(redis, backends, one, two, 6, 5) == (5, [("lobby", 1)])
        assert "something may be missing in 1 rooms" in caplog.text


async def test_no_more_missed_than_is_kept_is_no_gap(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby", "other")
        await two.publish("lobby", "0", "", 5)
        await backends.until(lambda: one.got)
        assert await _catch_up(redis, backends, one, two, 4, 5) == (4, [])


async def test_without_history_only_silence_is_no_gap(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby", "other")
        await two.publish("lobby", "0", "", 0)
        await backends.until(lambda: one.got)
        assert await _catch_up(redis, backends, one, two, 0, 0) == (0, [])
        assert await _catch_up(redis, backends, one, two, 1, 0) == (0, [("lobby", 1)])


async def test_a_redis_that_has_forgotten_all_is_a_gap_everywhere(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby", "other")
        await two.publish("lobby", "0", "", 5)
        await backends.until(lambda: one.got)
        await backends.until(lambda: _marked(redis, one))
        async with backends.cut_off(one):
            await redis.command(b"FLUSHALL")
        await backends.until(lambda: one.kinds() == ["lost", "restored"])
        assert sorted(one.gaps) == [("lobby", 1), ("other", 1)]
        assert one.reports[-1].gaps == 2


async def test_the_mark_is_made_again_in_time(redis, backends):
    async with backends.running(redis, history_seconds=1) as backend:
        await backends.until(lambda: _marked(redis, backend))
        end = anyio.current_time() + 1.3
        while anyio.current_time() < end:
            assert await _marked(redis, backend)
            await sleep(0.05)
        await backend.join("lobby")  # which is not held up by that


async def test_all_keys_expire(redis, backends):
    async with backends.running(redis) as backend:
        await backend.join("lobby", "other")
        for keep in (10, 0):
            for room in ("lobby", f"other {keep}"):
                await backend.publish(room, "Hello", "", keep)
        backend.enter("lobby", "1", '"Ann"')

        async def is_all():
            return len(await redis.command(b"KEYS", b"*")) == 7

        await backends.until(is_all)
        for key in await redis.command(b"KEYS", b"*"):
            assert 0 < await redis.command(b"TTL", key) <= 3600


async def test_a_room_with_any_name(redis, backends):
    async with backends.running(redis) as backend:
        rooms = ["", "{}", "}{", "a}b", "\0", "\ud800", "x" * 100_000, "x" * 100_001, "*", "ä", "a b\r\nPING"]
        await backend.join(*rooms)
        for room in rooms:
            backend.enter(room, room, '"x"')
            await backend.publish(room, room, room[:1000], 10)
        await backends.until(lambda: len(backend.got) == len(rooms))
        assert [message.room for message in backend.got] == rooms
        assert all(message.data == message.room for message in backend.got)
        for room in rooms:
            assert [message.data for message in (await backend.history(room, 5, None)).messages] == [room]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    rooms=st.lists(ANY_TEXT, unique=True, min_size=1),
    data=st.lists(ANY_TEXT | st.binary(), min_size=1),
    event_loop=st.sampled_from(["asyncio", "trio"]),
)
def test_rooms_and_messages_of_any_kind(redis, backends, rooms, data, event_loop):
    async def main():
        async with backends.running(redis, prefix=token_hex()) as backend:
            await backend.join(*rooms)
            for room in rooms:
                for item in data:
                    await backend.publish(room, item, "", 10)
            await backends.until(lambda: len(backend.got) == len(rooms) * len(data))
            for room in rooms:
                assert backend.data(room) == data
                kept = (await backend.history(room, 10, None)).messages
                assert [message.data for message in kept] == data[-10:]

    anyio.run(main, backend=event_loop)
