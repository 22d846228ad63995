"""Rooms over a real Redis, as `Rooms` uses them."""

import gc

import anyio
import anyio.lowlevel
import pytest
from anyio import create_task_group, fail_after, sleep

from asgi_websockets import redis as public
from asgi_websockets.redis import RedisBackend


def test_the_public_module():
    assert sorted(public.__all__) == ["RedisBackend", "RedisReport"]


async def test_a_message_comes_back_and_to_others(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        assert one.is_connected
        await one.join("lobby")
        await two.join("lobby")
        await one.publish("lobby", "Hello", "m1", 10)
        await backends.until(lambda: len(one.got) == len(two.got) == 1)
        await two.publish("lobby", b"\x00\xff", "", 10)
        await backends.until(lambda: len(one.got) == len(two.got) == 2)
        assert one.got == two.got
        assert [(message.data, message.exclude) for message in one.got] == [("Hello", "m1"), (b"\x00\xff", "")]
        assert all(message.room == "lobby" for message in one.got)
        assert len(await redis.clients()) == 2  # one connection each
    assert one.reports == two.reports == []
    assert not one.is_connected
    assert await redis.clients() == []


async def test_other_prefixes_are_other_rooms(redis, backends):
    async with backends.running(redis, prefix="one") as one, backends.running(redis, prefix="{two}") as two:
        await one.join("lobby")
        await two.join("lobby")
        await one.publish("lobby", "1", "", 10)
        await two.publish("lobby", "2", "", 10)
        await backends.until(lambda: one.got and two.got)
        assert one.data("lobby") == ["1"]
        assert two.data("lobby") == ["2"]
        keys = await redis.keys()
        assert all(key.startswith(("one:{lobby}:", "%7Btwo%7D:{lobby}:")) for key in keys)


async def test_outside_of_run_it_says_what_to_do(redis, backends):
    backend = backends.backend(redis.url)
    for _ in range(2):
        for call in (backend.subscribe, lambda room: backend.enter(room, "1", "{}")):
            with pytest.raises(RuntimeError, match="enter 'async with rooms:' in the lifespan"):
                call("lobby")
        for call in (
            lambda: backend.publish("lobby", "Hello", "", 1),
            lambda: backend.history("lobby", 1, None),
            lambda: backend.members("lobby"),
        ):
            with pytest.raises(RuntimeError, match="enter 'async with rooms:' in the lifespan"):
                await call()
        backend.unsubscribe("lobby")  # members who leave late do no harm
        backend.leave("lobby", "1")
        async with backend.run():
            with pytest.raises(RuntimeError, match="runs already"):
                async with backend.run():
                    raise AssertionError
            await backend.join("lobby")


def test_it_runs_again_on_another_event_loop(redis, backends):
    backend = backends.backend(redis.url)

    async def main():
        backend.got.clear()
        async with backend.run():
            assert backend.is_connected
            await backend.join("lobby")
            backend.enter("lobby", "1", "{}")
            await backend.publish("lobby", "Hello", "", 1)
            await backends.until(lambda: backend.data("lobby") == ["Hello"])
            assert await backend.members("lobby") == ("{}",)

    for name in ("asyncio", "trio", "asyncio"):
        anyio.run(main, backend=name)


def test_it_belongs_to_one_rooms():
    backend = RedisBackend()
    backend.bind([].append, [].append)
    with pytest.raises(RuntimeError, match="belongs to another Rooms"):
        backend.bind([].append, [].append)


@pytest.mark.parametrize(
    "name",
    [
        *("outbox_size", "outbox_bytes", "history_seconds", "presence_seconds"),
        *("heartbeat_seconds", "command_seconds"),
    ],
)
def test_limits_are_above_zero(name):
    with pytest.raises(ValueError, match=f"{name} must be above 0, not 0"):
        RedisBackend(**{name: 0})


async def test_history_is_bounded_in_time(no_redis, backends):
    async with backends.running(no_redis, command_seconds=0.05) as backend:
        backend.subscribe("lobby")
        with fail_after(2):
            assert await backend.history("lobby", 10, None) == ((), False)
            assert await backend.history("other", 10, "1-0") == ((), False)


async def test_history_waits_for_a_connection_that_is_made(no_redis, backends):
    async with backends.running(no_redis) as backend:
        async with create_task_group() as tasks:
            found = []

            async def read(room):
                found.append(await backend.history(room, 10, None))

            backend.subscribe("lobby")
            tasks.start_soon(read, "lobby")
            tasks.start_soon(read, "other")
            await no_redis.start_later()
        assert found == [((), True)] * 2


async def test_nothing_is_lost_between_history_and_messages(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:

        async def publish():
            for number in range(300):
                await two.publish("lobby", str(number), "", 1000)
                await anyio.lowlevel.checkpoint()

        async with create_task_group() as tasks:
            tasks.start_soon(publish)
            await backends.until(lambda: two._outbox._number > 100)
            one.subscribe("lobby")
            history = await one.history("lobby", 1000, None)
            assert one._subscriptions["lobby"].is_live
        kept = [message.data for message in history.messages]
        await backends.until(lambda: "299" in (kept + one.data("lobby"))[-1:])
        assert kept
        rest = [message.data for message in one.got if message.data not in kept]
        assert kept + rest == [str(number) for number in range(300)]


async def test_what_was_published_before_the_answer_has_been_delivered_by_then(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        one.subscribe("lobby")
        await one.history("lobby", 1, None)

        async def publish():
            for number in range(400):
                await two.publish("lobby", str(number), "", 1000)

        async with create_task_group() as tasks:
            tasks.start_soon(publish)
            newest = -1
            while newest < 399:
                history = await one.history("lobby", 1, None)
                delivered = one.data("lobby")
                newest = max(newest, *(int(message.data) for message in history.messages), -1)
                assert delivered[: newest + 1] == [str(number) for number in range(newest + 1)]


async def test_a_message_that_cannot_be_delivered_costs_nobody_else(redis, backends, caplog):
    got = []

    def deliver(message):
        if message.data == "bad":
            raise KeyError(message.data)
        got.append(message.data)

    backend = RedisBackend(redis.url)
    backend.bind(deliver, [].append)
    async with backend.run():
        backend.subscribe("lobby")
        for text in ("a", "bad", "b"):
            await backend.publish("lobby", text, "", 10)
        await backends.until(lambda: got == ["a", "b"])
    assert "could not be delivered" in caplog.text
    assert "KeyError: 'bad'" in caplog.text


async def test_what_the_application_raises_comes_out_as_it_is(redis, backends):
    error = KeyError("mistake")

    async def fail():
        async with backends.running(redis) as backend:
            await backend.publish("lobby", "Hello", "", 10)
            raise error

    with pytest.raises(KeyError) as caught:
        await fail()
    assert caught.value is error
    assert await redis.clients() == []


async def test_what_waits_is_sent_when_it_is_cancelled_as_well(redis, backends):
    async with backends.running(redis) as one:
        await one.join("lobby")
        with anyio.CancelScope() as scope:
            async with backends.running(redis) as two:
                for number in range(300):
                    await two.publish("lobby", str(number), "", 10)
                scope.cancel()
                await anyio.lowlevel.checkpoint()
        assert two.reports == []
        await backends.until(lambda: len(one.got) == 300)


async def _cancel_after(seconds, server, backends):
    """A backend in full use, and how long it took from its cancellation to its end."""
    with fail_after(5), anyio.move_on_after(seconds):
        async with backends.running(server, shutdown_seconds=0.05, command_seconds=0.1) as backend:
            backend.subscribe("lobby")
            backend.enter("lobby", "1", "{}")
            while True:
                await backend.publish("lobby", "Hello", "", 10)
                await backend.history("lobby", 10, None)
    gc.collect()  # what was not closed warns


MOMENTS = pytest.mark.parametrize("seconds", [0, 0.001, 0.003, 0.01, 0.05, 0.15])


@MOMENTS
async def test_it_can_be_cancelled_at_any_time(redis, backends, seconds):
    await _cancel_after(seconds, redis, backends)

    async def is_gone():
        return not await redis.clients()

    await backends.until(is_gone)


@MOMENTS
async def test_it_can_be_cancelled_while_there_is_no_redis(no_redis, backends, seconds):
    await _cancel_after(seconds, no_redis, backends)


@MOMENTS
async def test_it_can_be_cancelled_while_redis_keeps_silent(own_redis, backends, seconds):
    own_redis.pause()
    await _cancel_after(seconds, own_redis, backends)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("seconds", [0, 0.001, 0.003, 0.01, 0.05])
async def test_asyncio_can_cancel_its_task(redis, backends, seconds):
    import asyncio

    async def main():
        async with backends.running(redis) as backend:
            backend.subscribe("lobby")
            while True:
                await backend.publish("lobby", "Hello", "", 10)
                await backend.history("lobby", 10, None)

    task = asyncio.create_task(main())
    await sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gc.collect()
    assert await redis.clients() == []
    assert not [task for task in asyncio.all_tasks() if "redis." in repr(task.get_coro())]
