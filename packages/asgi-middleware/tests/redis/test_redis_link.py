"""A Redis that is gone, hangs, refuses, comes back, and has forgotten."""

import logging
import time

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_middleware import RateLimit, RateLimitMiddleware, RateLimitUnavailable
from asgi_middleware._redis import redis_link, redis_rate_limit_store
from asgi_middleware.redis import RedisRateLimitStore
from asgi_types import Response

HOUR = RateLimit(3, per=3600)


@pytest.fixture(autouse=True)
def short_pause(monkeypatch):
    monkeypatch.setattr(redis_link, "PAUSE", 0.1)


@pytest.fixture(name="logged")
def logged_fixture(caplog):
    caplog.set_level(logging.INFO, "asgi_middleware.rate_limit")

    def logged():
        return [record.getMessage() for record in caplog.records if record.name == "asgi_middleware.rate_limit"]

    return logged


class Limited:
    """One limit on one key."""

    def __init__(self, redis, limit=HOUR, **options):
        self.store = RedisRateLimitStore(redis.url, **{"on_failure": "refuse", "timeout": 5, **options})
        self.limit = limit

    async def hit(self):
        """True and False, or None if the store could not count."""
        try:
            verdicts = await self.store.hit("key", [self.limit])
        except RateLimitUnavailable:
            return None
        return verdicts[0].is_allowed if verdicts else None

    async def counts(self):
        return await self.hit() is not None


LOST = "Rate limits are not counted, as Redis has failed: "
RESTORED = "Rate limits are counted by Redis again."


async def test_not_there_at_the_start(no_redis, until, logged, caplog):
    limited = Limited(no_redis)
    async with limited.store:
        assert [await limited.hit() for _ in range(3)] == [None, None, None]
        await anyio.sleep(0.3)
        assert await limited.hit() is None
        await no_redis.start_later()
        await until(limited.counts)
        assert await limited.hit()
    lost, restored = logged()
    assert not any(record.exc_info for record in caplog.records if record.name == "asgi_middleware.rate_limit")
    assert lost.startswith(f"{LOST}ConnectionError: ")
    assert "\n" not in lost
    assert restored == RESTORED


@pytest.mark.parametrize("on_failure", ["allow", "refuse"])
async def test_killed_and_started_again(own_redis, until, logged, on_failure):
    limited = Limited(own_redis, on_failure=on_failure)
    async with limited.store:
        assert [await limited.hit() for _ in range(4)] == [True, True, True, False]
        for _ in range(2):
            await own_redis.kill_later()
            for _ in range(5):
                if on_failure == "allow":
                    assert await limited.store.hit("key", [HOUR]) == []
                else:
                    with pytest.raises(RateLimitUnavailable) as refused:
                        await limited.store.hit("key", [HOUR])
                    assert refused.value.headers == {"retry-after": "1"}
            await own_redis.start_later()
            await until(limited.counts)
    assert [message[:30] for message in logged()] == [LOST[:30], RESTORED[:30]] * 2


def no_wait(coroutine):
    """The result of a coroutine, which must not wait for anything."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise AssertionError("It waits.")


@pytest.mark.parametrize("on_failure", ["allow", "refuse"])
async def test_hangs(own_redis, until, logged, on_failure):
    limited = Limited(own_redis, on_failure=on_failure, timeout=0.2)
    async with limited.store:
        await until(limited.counts)
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        own_redis.pause()
        results, begin = [], time.monotonic()

        async def hit():
            results.append(await limited.hit())

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(hit)
        assert results == [None] * 20
        assert 0.15 < time.monotonic() - begin < 3  # one after another they would take 4 seconds
        for _ in range(8):  # while nothing is tried, and while the next connection is
            assert no_wait(limited.hit()) is None
            await anyio.sleep(0.05)
        own_redis.resume()
        await until(limited.counts)
    assert logged() == [f"{LOST}TimeoutError: Redis has not answered within 0.2 seconds.", RESTORED]


async def test_hangs_at_the_start(own_redis, until):
    own_redis.pause()
    limited = Limited(own_redis, timeout=0.2)
    async with limited.store:
        assert await limited.hit() is None

        async def has_failed():
            return limited.store._link()._is_down

        await until(has_failed)
        assert no_wait(limited.hit()) is None
        own_redis.resume()
        await until(limited.counts)


async def test_an_answer_that_is_there_but_not_read_counts(own_redis, until, logged, monkeypatch):
    monkeypatch.setattr(redis_link, "GRACE", 0.98)
    limited = Limited(own_redis, RateLimit(10, per=3600), timeout=10)
    async with limited.store:
        await until(limited.counts)
        results = []

        async def hit():
            results.append(await limited.hit())

        async with anyio.create_task_group() as tasks:
            own_redis.pause()
            tasks.start_soon(hit)
            await anyio.sleep(0.05)
            own_redis.resume()
            hold(0.3)  # the event loop stands still, and the answer comes meanwhile
    assert results == [True]
    assert logged() == []


def hold(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def next_connection(link, connection):
    """What is there when this one has ended: none, until the next one is made."""
    with anyio.fail_after(20):
        while True:
            if link._connection is not connection:
                return link._connection
            await checkpoint()


@pytest.mark.parametrize("has_failed", [False, True])
async def test_a_connection_that_is_closed_while_idle_is_made_again(own_redis, until, logged, has_failed):
    limited = Limited(own_redis, RateLimit(100, per=3600), on_failure="allow")
    async with limited.store:
        await until(limited.counts)
        if has_failed:
            await own_redis.kill_later()
            assert await limited.hit() is None
            await own_redis.start_later()
            await until(limited.counts)
        first, before = limited.store._link()._connection, len(logged())
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        found = []

        async def hit_at_once():  # the next connection may be there before it is known that this one was closed
            found.append(await next_connection(limited.store._link(), first))
            found.append(await limited.hit())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hit_at_once)
            await own_redis.ask_later("CLIENT", "KILL", "TYPE", "normal")
        assert found == [None, True]
    assert len(logged()) == before


async def test_connections_that_never_last_are_not_made_again_at_once(redis, until, monkeypatch):
    monkeypatch.setattr(redis_link, "PAUSE", 5.0)
    limited = Limited(redis)
    async with limited.store:
        await until(limited.counts)
        await redis.ask_later("CLIENT", "KILL", "TYPE", "normal")

        async def is_lost():
            return not await limited.counts()

        await until(is_lost)
        await anyio.sleep(0.1)
        assert await limited.hit() is None


@pytest.mark.parametrize("answer", [[], 5, None, b"OK", [1], [1, 1, 1, "1"], [1, 1, 1, 1, 1], [1, 1, 1, 1, "1"]])
async def test_another_answer_is_a_failure(redis, until, logged, answer, monkeypatch):
    limited = Limited(redis, on_failure="allow")
    async with limited.store:
        await until(limited.counts)

        async def answering(*_):
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(limited.store._link(), "_answer", answering)
            assert await limited.hit() is None
        await until(limited.counts)
    assert logged() == [f"{LOST}ValueError: Not what the script answers: {answer}", RESTORED]


@pytest.mark.parametrize("on_failure", ["allow", "refuse"])
async def test_an_error_of_redis_is_a_failure_logged_once(own_redis, until, logged, on_failure):
    limited = Limited(own_redis, on_failure=on_failure)
    async with limited.store:
        await own_redis.ask_later("CONFIG", "SET", "maxmemory", "1")
        end = time.monotonic() + 0.25
        while time.monotonic() < end:
            assert await limited.hit() is None
            await anyio.sleep(0.01)
        await own_redis.ask_later("CONFIG", "SET", "maxmemory", "0")
        await until(limited.counts)
    lost, restored = logged()
    assert "OOM" in lost or "maxmemory" in lost
    assert restored == RESTORED


async def test_wrong_password(redis, logged):
    limited = Limited(redis)
    limited.store = RedisRateLimitStore(redis.url.replace("//", "//ann:wrong@"), on_failure="refuse")
    async with limited.store:
        assert await limited.hit() is None
    assert len(logged()) == 1


async def test_an_error_in_the_program_is_logged_with_where_it_was(redis, until, logged, caplog):
    limited = Limited(redis)

    def fail():
        raise ZeroDivisionError("a\r\nbug")

    make_client, limited.store._make_client = limited.store._make_client, fail
    async with limited.store:
        assert await limited.hit() is None
        limited.store._link()._make_client = make_client
        await until(limited.counts)
    assert logged() == [f"{LOST}ZeroDivisionError: a bug", RESTORED]
    traces = [record.exc_info for record in caplog.records if record.name == "asgi_middleware.rate_limit"]
    assert [trace and trace[0] for trace in traces] == [ZeroDivisionError, None]


async def test_late_failures_do_not_end_the_next_connection(own_redis, until):
    limited = Limited(own_redis)
    async with limited.store:
        await until(limited.counts)
        link = limited.store._link()
        first = link._connection
        await own_redis.kill_later()
        await own_redis.start_later()

        async def is_new():
            return link._connection not in (None, first)

        await until(is_new)
        link._fail(first, ConnectionError("late"))
        assert link._connection is not None
        assert await limited.counts()


async def test_left_while_it_connects(no_redis):
    for _ in range(3):
        async with Limited(no_redis).store:
            await anyio.lowlevel.checkpoint()


async def test_left_while_a_hit_waits(own_redis, until):
    limited = Limited(own_redis, timeout=30)
    results = []

    async def hit():
        results.append(await limited.hit())

    async with anyio.create_task_group() as tasks:
        async with limited.store:
            await until(limited.counts)
            own_redis.pause()
            tasks.start_soon(hit)
            await anyio.sleep(0.05)
    assert results == [None]
    own_redis.resume()


# What Redis has forgotten


async def test_refuses_until_what_was_forgotten_does_not_count(own_redis, until):
    limited = Limited(own_redis, RateLimit(3, per=1))
    longer = RateLimit(3, per=61)
    async with limited.store, RedisRateLimitStore(own_redis.url, on_failure="allow") as open_store:
        assert [await limited.hit() for _ in range(4)] == [True, True, True, False]
        assert await open_store.hit("other", [limited.limit])
        await own_redis.kill_later()
        killed = time.monotonic()
        await own_redis.start_later()

        async def is_back():
            return None not in [store._link().forgotten_at for store in (limited.store, open_store)]

        await until(is_back)
        assert (await open_store.hit("other", [limited.limit]))[0].remaining == 2
        with pytest.raises(RateLimitUnavailable) as refused:
            await limited.store.hit("key", [limited.limit, longer])
        assert refused.value.headers["retry-after"] in ("1", "2")
        assert (await limited.store.hit("key", [longer]))[0].is_allowed  # which begins anew
        await until(limited.counts)
        assert time.monotonic() - killed > 1
        # Nothing was counted meanwhile but the first hit that got through.
        assert (await limited.store.hit("key", [limited.limit], 0))[0].remaining == 2


async def test_the_longest_window_that_holds(own_redis, until):
    assert redis_rate_limit_store.LONGEST_BLACKOUT == 60
    limited = Limited(own_redis, RateLimit(3, per=60))
    async with limited.store:
        await until(limited.counts)
        await own_redis.kill_later()
        await own_redis.start_later()

        async def is_back():
            return limited.store._link().forgotten_at is not None

        await until(is_back)
        with pytest.raises(RateLimitUnavailable) as refused:
            await limited.store.hit("key", [limited.limit])
        assert 50 < int(refused.value.headers["retry-after"]) <= 62


async def test_refuses_what_waited_for_the_connection_as_well(redis, until):
    limited = Limited(redis, RateLimit(3, per=30))
    async with limited.store:
        await until(limited.counts)
        link = limited.store._link()
        first, link._run_id = link._connection, b"of another, which this one has replaced"
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        await redis.ask_later("CLIENT", "KILL", "TYPE", "normal")
        assert await next_connection(link, first) is None
        assert link.forgotten_at is None
        with pytest.raises(RateLimitUnavailable):
            await limited.store.hit("key", [limited.limit])
        assert link.forgotten_at is not None


async def test_messages_that_nobody_asked_for_are_passed_over(redis, until):
    limited = Limited(redis)
    async with limited.store:
        await until(limited.counts)
        connection = limited.store._link()._connection
        connection.send_command(b"SUBSCRIBE", b"news")
        assert await limited.hit()
        await redis.ask_later("PUBLISH", "news", "none")
        assert await limited.hit()
        assert limited.store._link()._connection is connection


async def test_a_connection_that_breaks_forgets_nothing(redis, until):
    limited = Limited(redis, RateLimit(3, per=2))
    async with limited.store:
        await until(limited.counts)
        await anyio.sleep(0.15)
        await redis.ask_later("CLIENT", "KILL", "TYPE", "normal")
        await anyio.sleep(0.1)
        await until(limited.counts)
        assert limited.store._link().forgotten_at is None


async def test_in_the_middleware(own_redis, drive, until):
    stores = [RedisRateLimitStore(own_redis.url, on_failure=on_failure) for on_failure in ("allow", "refuse")]
    apps = [RateLimitMiddleware(Response("Hello"), "9/hour", store=store) for store in stores]
    async with stores[0], stores[1]:
        for app in apps:
            assert (await drive.request(app)).status == 200
        await own_redis.kill_later()
        answers = [await drive.request(app) for app in apps]
        assert [answer.status for answer in answers] == [200, 503]
        assert ["ratelimit" in answer.headers for answer in answers] == [False, False]
        assert answers[1].headers["retry-after"] == "1"
