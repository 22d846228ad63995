"""Redis is killed, paused, misconfigured and started again, under load."""

import logging
from contextlib import asynccontextmanager

import coredis
import pytest
from anyio import create_task_group, fail_after, sleep

from asgi_websockets._redis import keeper
from asgi_websockets._redis.keeper import Delays, innermost


async def _publish_many(backend, room, name, count, pause):
    for number in range(count):
        await backend.publish(room, f"{name} {number}", "", 10_000)
        await sleep(pause)


def _of(messages, name):
    return [int(text.split()[1]) for text in messages if text.startswith(name)]


def _is_whole(backend, *names, count):
    return all(_of(backend.data("lobby"), name) == list(range(count)) for name in names)


async def test_messages_of_two_publishers_arrive_everywhere_in_one_order(redis, backends):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        await two.join("lobby")
        async with create_task_group() as tasks:
            tasks.start_soon(_publish_many, one, "lobby", "one", 500, 0)
            tasks.start_soon(_publish_many, two, "lobby", "two", 500, 0)
        await backends.until(lambda: len(one.got) >= 1000 and len(two.got) >= 1000)
        assert one.got == two.got
        assert _is_whole(one, "one", "two", count=500)


@pytest.mark.parametrize("kind", [b"pubsub", b"normal"])
async def test_a_killed_connection_costs_no_message(redis, backends, kind):
    async with backends.running(redis) as one, backends.running(redis) as two:
        await one.join("lobby")
        await two.join("lobby")
        async with create_task_group() as tasks:
            tasks.start_soon(_publish_many, one, "lobby", "one", 200, 0.002)
            tasks.start_soon(_publish_many, two, "lobby", "two", 200, 0.002)
            for _ in range(3):
                await sleep(0.1)
                await redis.command(b"CLIENT KILL", b"TYPE", kind, b"SKIPME", b"yes")
        await backends.until(lambda: len(one.got) >= 400 and len(two.got) >= 400)
        assert one.got == two.got
        assert _is_whole(one, "one", "two", count=200)
        if kind == b"pubsub":
            await backends.until(lambda: one.kinds()[-1:] == ["restored"] == two.kinds()[-1:])
            assert one.kinds().count("lost") == one.kinds().count("restored") >= 1


async def test_a_killed_redis_costs_no_message(own_redis, backends):
    """What it has told nobody is sent again, and what it has told somebody is not told twice."""
    async with backends.running(own_redis) as one, backends.running(own_redis) as two:
        await one.join("lobby")
        await two.join("lobby")
        async with create_task_group() as tasks:
            tasks.start_soon(_publish_many, one, "lobby", "one", 300, 0.002)
            tasks.start_soon(_publish_many, two, "lobby", "two", 300, 0.002)
            await sleep(0.1)
            await own_redis.kill_later()
            await sleep(0.1)
            await own_redis.start_later()
        await backends.until(lambda: len(one.got) >= 600 and len(two.got) >= 600)
        assert _is_whole(one, "one", "two", count=300)
        assert _is_whole(two, "one", "two", count=300)
        assert one.kinds()[0] == "lost"
        await backends.until(lambda: one.kinds()[-1] == "restored")


async def test_a_redis_that_keeps_silent_is_noticed(own_redis, backends):
    async with backends.running(own_redis, heartbeat_seconds=0.1, command_seconds=0.2) as backend:
        await backend.join("lobby")
        await backend.publish("lobby", "before", "", 10)
        await backends.until(lambda: backend.got)
        own_redis.pause()
        await backends.until(lambda: backend.kinds() == ["lost"])
        assert "TimeoutError: Redis has not answered within 0.2 seconds." in backend.reports[0].error
        assert not backend.is_connected
        await backend.publish("lobby", "meanwhile", "", 10)
        await sleep(0.5)  # attempts that get as far as a socket
        assert backend.kinds() == ["lost"]
        own_redis.resume()
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])
        assert backend.is_connected
        assert backend.reports[1].attempts >= 2
        await backends.until(lambda: backend.data("lobby") == ["before", "meanwhile"])


async def test_a_quiet_connection_is_not_taken_for_a_dead_one(redis, backends):
    async with backends.running(redis, heartbeat_seconds=0.02, command_seconds=10) as backend:
        await sleep(0.2)
        assert backend.reports == []
        assert len(await redis.clients()) == 1


async def test_what_was_missed_is_caught_up(own_redis, backends):
    """One is cut off, the other goes on."""
    async with backends.running(own_redis) as one, backends.running(own_redis) as two:
        await one.join("lobby", "other")
        await one.publish("lobby", "0", "", 100)
        await backends.until(lambda: one.got)
        async with backends.cut_off(one):
            for number in range(1, 6):
                await two.publish("lobby", str(number), "", 100)
            await two.publish("other", "x", "", 100)
            await backends.until(lambda: not len(two._outbox))
        await backends.until(lambda: one.kinds() == ["lost", "restored"])
        assert one.data("lobby") == list("012345")
        assert one.data("other") == ["x"]
        assert one.reports[-1].caught_up == 6
        assert one.reports[-1].seconds > 0
        assert one.reports[-1].gaps == 0
        assert one.gaps == two.gaps == two.reports == []


async def test_it_starts_without_redis(no_redis, backends, caplog):
    caplog.set_level(logging.INFO, "asgi_websockets")
    with fail_after(5):
        async with backends.running(no_redis) as backend:
            assert backend.kinds() == ["lost"]
            assert not backend.is_connected
            backend.subscribe("lobby")
            for text in ("a", "b"):
                await backend.publish("lobby", text, "", 10)
            await no_redis.start_later()
            await backends.until(lambda: backend.data("lobby") == ["a", "b"])
            await backends.until(lambda: backend.kinds() == ["lost", "restored"])
    assert str(no_redis.port) in backend.reports[0].error
    assert backend.gaps == [("lobby", 0)]  # others may have sent something before
    assert backend.reports[1].gaps == 1
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


async def test_a_start_does_not_wait_for_a_redis_that_keeps_silent(own_redis, backends, monkeypatch):
    own_redis.pause()
    with fail_after(4):
        async with backends.running(own_redis, shutdown_seconds=0.01) as backend:
            assert not backend.is_connected
            assert backend.reports == []


async def test_a_wrong_password_is_reported_and_tried_again(own_redis, backends):
    backend = backends.backend(own_redis.url.replace("://", "://me:secret@"))
    async with backend.run():
        assert backend.kinds() == ["lost"]
        assert "WRONGPASS" in backend.reports[0].error or "Authentication" in backend.reports[0].error
        assert "secret" not in backend.reports[0].error
        backend.subscribe("lobby")
        await backend.publish("lobby", "Hello", "", 10)
        await own_redis.command(b"ACL SETUSER", b"me", b"on", b">secret", b"~*", b"&*", b"+@all")
        await backends.until(lambda: backend.data("lobby") == ["Hello"])
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])


async def test_a_user_who_must_not_subscribe(own_redis, backends):
    await own_redis.command(b"ACL SETUSER", b"me", b"on", b">pass", b"~*", b"+@all", b"resetchannels")
    backend = backends.backend(own_redis.url.replace("://", "://me:pass@"))
    async with backend.run():
        assert backend.kinds() == ["lost"]
        assert "channel" in backend.reports[0].error
        backend.subscribe("lobby")
        await backend.publish("lobby", "Hello", "", 10)
        await own_redis.command(b"ACL SETUSER", b"me", b"allchannels")
        await backends.until(lambda: backend.data("lobby") == ["Hello"])


@pytest.mark.parametrize(
    ("worse", "better", "error"),
    [
        ((b"SCRIPT FLUSH",), (b"PING",), "NoScriptError"),
        ((b"REPLICAOF", b"127.0.0.1", b"1"), (b"REPLICAOF", b"NO", b"ONE"), "ReadOnlyError"),
    ],
)
async def test_an_error_of_redis_costs_no_message(own_redis, backends, worse, better, error):
    async with backends.running(own_redis) as backend:
        await backend.join("lobby")
        await backend.publish("lobby", "0", "", 100)
        await backends.until(lambda: backend.got)
        await own_redis.command(*worse)
        for number in range(1, 20):
            await backend.publish("lobby", str(number), "", 100)
        await backends.until(lambda: backend.kinds()[:1] == ["lost"])
        assert error in backend.reports[0].error
        await sleep(0.1)
        await own_redis.command(*better)
        await backends.until(lambda: backend.data("lobby") == [str(number) for number in range(20)])
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])


async def test_an_error_in_the_program_is_logged_and_tried_again(redis, backends, caplog):
    failures = [ExceptionGroup("several", [ExceptionGroup("inner", [KeyError("mistake")])]), KeyError("mistake")]

    @asynccontextmanager
    async def make_client():
        if failures:
            raise failures.pop(0)
        async with coredis.Redis(port=redis.port) as client:
            yield client

    backend = backends.backend(redis.url, make_client=make_client)
    async with backend.run():
        backend.subscribe("lobby")
        await backend.publish("lobby", "Hello", "", 10)
        await backends.until(lambda: backend.data("lobby") == ["Hello"])
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])
    # Once, and not at each attempt.
    [error] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert error.exc_info[0] is KeyError


async def test_a_client_that_decodes_is_refused(redis, backends, caplog):
    backend = backends.backend(redis.url, make_client=lambda: coredis.Redis(port=redis.port, decode_responses=True))
    async with backend.run():
        assert backend.kinds() == ["lost"]
        assert "leave out decode_responses=True" in backend.reports[0].error
        assert not backend.is_connected


async def test_an_error_in_a_worker_is_logged_and_tried_again(redis, backends, caplog, monkeypatch):
    async with backends.running(redis) as backend:
        adjust = backend._subscriptions._adjust

        async def fail_once(*arguments):
            monkeypatch.setattr(backend._subscriptions, "_adjust", adjust)
            raise KeyError("mistake")

        monkeypatch.setattr(backend._subscriptions, "_adjust", fail_once)
        backend.subscribe("lobby")
        await backend.publish("lobby", "Hello", "", 10)
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])
        await backend.publish("lobby", "Hello", "", 10)
        await backends.until(lambda: "Hello" in backend.data("lobby"))
    assert "error in the program" in caplog.text
    assert "KeyError: 'mistake'" in caplog.text


async def test_a_short_connection_does_not_begin_the_delays_again(redis, backends, monkeypatch):
    monkeypatch.setattr(keeper, "STEADY_AFTER", 0.0)
    async with backends.running(redis, command_seconds=0.3) as backend:
        keeper_delays = backend._keeper._delays
        await redis.command(b"CLIENT KILL", b"TYPE", b"pubsub")
        await backends.until(lambda: backend.kinds() == ["lost", "restored"])
        assert keeper_delays._count == 1
        await redis.command(b"CLIENT KILL", b"TYPE", b"pubsub")
        await backends.until(lambda: backend.kinds() == ["lost", "restored"] * 2)
        assert keeper_delays._count == 2
        await sleep(0.4)
        await redis.command(b"CLIENT KILL", b"TYPE", b"pubsub")
        await backends.until(lambda: backend.kinds() == ["lost", "restored"] * 3)
        assert keeper_delays._count == 1


def test_delays_grow_up_to_a_limit():
    delays = Delays()
    for longest in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5, 5, 5):
        assert longest / 2 <= delays.next() <= longest
    delays.reset()
    assert delays.next() <= 0.05
    assert len({Delays().next() for _ in range(10)}) > 1


def test_one_error_of_several():
    error = OSError()
    assert innermost(error) is error
    assert innermost(BaseExceptionGroup("a", [ExceptionGroup("b", [error]), KeyError()])) is error
