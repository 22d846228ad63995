"""What waits while Redis does not answer."""

import pytest
from anyio import create_task_group, fail_after, sleep, wait_all_tasks_blocked

from asgi_websockets._redis import outbox, redis_report
from asgi_websockets._redis.link import Link
from asgi_websockets._redis.scripts import PUBLISH, Script


async def test_without_redis_the_oldest_are_dropped_and_nobody_waits(no_redis, backends):
    async with backends.running(no_redis, outbox_size=5) as backend:
        backend.subscribe("lobby")
        with fail_after(1):
            for number in range(12):
                await backend.publish("lobby", str(number), "", 10)
        assert backend.kinds() == ["lost", "dropped"]
        await no_redis.start_later()
        await backends.until(lambda: backend.data("lobby") == ["7", "8", "9", "10", "11"])
        await backends.until(lambda: backend.kinds()[-1] == "restored")
        dropped = [report for report in backend.reports if report.kind == "dropped"]
        assert sum(report.dropped for report in dropped) == 7
        assert "more messages wait than may" in dropped[0].error


async def test_bytes_are_limited_as_well(no_redis, backends):
    async with backends.running(no_redis, outbox_bytes=1000) as backend:
        backend.subscribe("lobby")
        for number in range(6):
            await backend.publish("lobby", str(number) * 200, "", 10)
        with pytest.raises(ValueError, match="outbox_bytes=1000 are the most"):
            await backend.publish("lobby", "ä" * 600, "", 10)
        with pytest.raises(ValueError, match="1205 bytes"):
            await backend.publish("lobby", "x" * 1200, "", 10)
        await no_redis.start_later()
        await backends.until(lambda: [data[0] for data in backend.data("lobby")] == ["2", "3", "4", "5"])


async def test_a_slow_redis_makes_the_publisher_wait(own_redis, backends):
    async with backends.running(own_redis, outbox_size=3, command_seconds=60) as backend:
        await backend.join("lobby")
        own_redis.pause()
        for number in range(3):
            assert not await backends.is_blocked(backend.publish, "lobby", str(number), "", 10)
        assert await backends.is_blocked(backend.publish, "lobby", "given up", "", 10)
        async with create_task_group() as tasks:
            for number in range(3, 10):
                tasks.start_soon(backend.publish, "lobby", str(number), "", 10)
                await wait_all_tasks_blocked()
            own_redis.resume()
        await backends.until(lambda: backend.data("lobby") == [str(number) for number in range(10)])
        assert backend.reports == []


async def test_a_small_message_does_not_overtake_a_large_one(own_redis, backends):
    async with backends.running(own_redis, outbox_bytes=1000, command_seconds=60) as backend:
        await backend.join("lobby")
        own_redis.pause()
        await backend.publish("lobby", "a" * 800, "", 10)
        async with create_task_group() as tasks:
            tasks.start_soon(backend.publish, "lobby", "b" * 800, "", 10)
            await wait_all_tasks_blocked()
            assert await backends.is_blocked(backend.publish, "lobby", "c", "", 10)
            own_redis.resume()
        await backend.publish("lobby", "d", "", 10)
        await backends.until(lambda: [data[0] for data in backend.data("lobby")] == ["a", "b", "d"])


async def test_who_waits_goes_on_when_the_connection_is_lost(own_redis, backends):
    async with backends.running(own_redis, outbox_size=2, command_seconds=60, shutdown_seconds=0.01) as backend:
        await backend.join("lobby")
        own_redis.pause()
        for number in range(2):
            await backend.publish("lobby", str(number), "", 10)
        async with create_task_group() as tasks:
            for number in range(2, 5):
                tasks.start_soon(backend.publish, "lobby", str(number), "", 10)
            await wait_all_tasks_blocked()
            await own_redis.kill_later()
        await backends.until(lambda: "lost" in backend.kinds())
        assert len(backend._outbox) == 2
    assert backend.reports[-1].error == "Redis could not be reached before the end."
    assert sum(report.dropped for report in backend.reports) == 5


async def test_what_waits_goes_in_batches(no_redis, backends, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH_MESSAGES", 7)
    monkeypatch.setattr(outbox, "BATCH_BYTES", 2000)
    batches = []
    async with backends.running(no_redis) as backend:
        send_batch = backend._outbox._send_batch

        async def count_batch(link):
            before = len(backend._outbox)
            await send_batch(link)
            batches.append(before - len(backend._outbox))

        monkeypatch.setattr(backend._outbox, "_send_batch", count_batch)
        backend.subscribe("lobby")
        for number in range(20):
            await backend.publish("lobby", str(number), "", 50)
        for text in "abcd":
            await backend.publish("lobby", text * 900, "", 50)
        await backend.publish("lobby", "x" * 5000, "", 50)
        await no_redis.start_later()
        await backends.until(lambda: sum(batches) == len(backend.got) == 25)
        assert backend.data("lobby")[:21] == [*map(str, range(20)), "a" * 900]
        assert batches == [7, 7, 7, 2, 1, 1]


async def test_a_key_that_somebody_else_has_taken_costs_that_message_only(redis, backends):
    await redis.command(b"SET", b"asgi_websockets:{taken}:history", b"x")
    async with backends.running(redis) as backend:
        await backend.join("lobby", "taken")
        for room in ("lobby", "taken", "lobby"):
            await backend.publish(room, room, "", 10)
        await backends.until(lambda: len(backend.got) == 2)
        assert backend.data("taken") == []
        await backends.until(lambda: backend.kinds() == ["dropped"])
        assert "wrong kind of value" in backend.reports[0].error
        assert await backend.history("taken", 10, None) == ((), True)
        assert backend.is_connected


async def test_what_fails_in_a_batch_keeps_its_place(no_redis, backends, monkeypatch):
    """What comes after it in the room must not overtake it."""
    call = Link.call
    failures = [2, 5]

    def fail_sometimes(link, script, keys, *arguments):
        numbers = arguments[4::3] if script is PUBLISH else ()
        for number in set(failures).intersection(numbers):
            failures.remove(number)
            return call(link, Script("return 'is not loaded'"), keys, *arguments)
        return call(link, script, keys, *arguments)

    monkeypatch.setattr(Link, "call", fail_sometimes)
    async with backends.running(no_redis) as backend:
        backend.subscribe("lobby")
        backend.subscribe("other")
        for number in range(1, 9):
            await backend.publish("lobby" if number < 7 else "other", str(number), "", 10)
        await no_redis.start_later()
        await backends.until(lambda: len(backend.got) == 8)
        assert backend.data("lobby") == list("123456")
        assert backend.data("other") == list("78")
        assert failures == []


async def test_what_redis_has_got_already_is_not_kept_twice(redis, backends, monkeypatch):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await two.join("lobby", "other")
        answer = Link.answer
        lost = 2

        async def lose_answers(link, request):
            nonlocal lost
            result = await answer(link, request)
            if link is one._keeper.link and lost and len(one._outbox):
                lost -= 1
                link.fail(ConnectionError("lost"))
                raise ConnectionError
            return result

        monkeypatch.setattr(Link, "answer", lose_answers)
        for number in range(40):
            await one.publish("lobby" if number % 3 else "other", str(number), "", 100)
        await backends.until(lambda: not len(one._outbox))
        await backends.until(lambda: len(two.got) >= 40)
        assert one.kinds().count("lost") >= 1
        for room in ("lobby", "other"):
            numbers = [str(number) for number in range(40) if ("lobby" if number % 3 else "other") == room]
            assert two.data(room) == numbers
            assert [message.data for message in (await two.history(room, 100, None)).messages] == numbers
        assert one._outbox._bytes == 0


async def test_without_memory_messages_go_on(own_redis, backends, monkeypatch):
    monkeypatch.setattr(redis_report, "SECONDS_BETWEEN", 0.05)
    async with backends.running(own_redis) as one, backends.running(own_redis) as two:
        await two.join("lobby", "other")
        await one.publish("lobby", "0", "", 100)
        await own_redis.fill()
        for number in range(1, 200):
            await one.publish("lobby", str(number), "", 100)
        await backends.until(lambda: len(two.got) == 200)
        async with backends.cut_off(two):
            pass
        await backends.until(lambda: two.kinds() == ["lost", "restored"])
        assert one.gaps == []
        assert sorted(room for room, _ in two.gaps) == ["lobby", "other"]  # nothing tells whether there was more
        await own_redis.free()
        await sleep(0.06)
        for number in range(200, 300):
            await one.publish("lobby", str(number), "", 1000)
        await backends.until(lambda: len(two.got) == 300)
        assert two.data("lobby") == [str(number) for number in range(300)]
        assert len({message.id for message in two.got}) == 300
        assert one.kinds() == ["full", "freed"]
        await two.join("new")
        history = await two.history("lobby", 1000, None)
        assert [message.data for message in history.messages] == [str(number) for number in range(200, 300)]


async def test_rooms_of_strangers_that_fill_redis_stop_nobody(no_redis, backends):
    await no_redis.start_later("--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
    async with backends.running(no_redis) as one, backends.running(no_redis) as two:
        await two.join("lobby")
        for number in range(1500):
            await one.publish(f"room {number}", "x" * 900, "", 50)
        await backends.until(lambda: one.kinds() == ["full"])
        two.enter("lobby", "1", '"Ann"')
        for number in range(20):
            await one.publish("lobby", str(number), "", 50)
        await backends.until(lambda: two.data("lobby") == [str(number) for number in range(20)])
        assert "lost" not in one.kinds() + two.kinds()
        assert await two.members("lobby") == ('"Ann"',)


async def test_what_waits_at_the_end_is_sent(redis, backends):
    async with backends.running(redis) as one:
        await one.join("lobby")
        async with backends.running(redis) as two:
            for number in range(300):
                await two.publish("lobby", str(number), "", 10)
            assert len(two._outbox)
        assert not len(two._outbox)
        await backends.until(lambda: len(one.got) == 300)


async def test_the_end_does_not_wait_for_long(no_redis, backends):
    with fail_after(2):
        async with backends.running(no_redis, shutdown_seconds=0.05) as backend:
            await backend.publish("lobby", "Hello", "", 10)
    assert backend.reports[-1].kind == "dropped"
    assert backend.reports[-1].dropped == 1
    assert not len(backend._outbox)
