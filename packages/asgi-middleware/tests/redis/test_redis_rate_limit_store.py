"""Counting in a Redis that is well: what all processes share, and who may use a store when."""

import threading
import time

import anyio
import anyio.lowlevel
import pytest

from asgi_middleware import RateLimit, RateLimitMiddleware, RateLimitStore
from asgi_middleware.redis import RedisRateLimitStore
from asgi_types import Response

HOUR = RateLimit(3, per=3600)


def new_store(redis, **options):
    return RedisRateLimitStore(redis.url, **{"on_failure": "refuse", "timeout": 10, **options})


async def allowed(store, *limits, key="key", cost=1):
    return all(verdict.is_allowed for verdict in await store.hit(key, limits, cost))


async def test_stores_share_what_they_count(redis):
    one: RateLimitStore = new_store(redis)
    async with one as entered, new_store(redis) as other:
        assert entered is one
        assert [await allowed(store, HOUR) for store in (one, other, one, other, one)] == [True] * 3 + [False] * 2
        assert await allowed(other, HOUR, key="another")
        (verdict,) = await one.hit("key", [HOUR])
        assert (verdict.limit, verdict.is_allowed, verdict.remaining) == (HOUR, False, 0)
        assert 3480 < verdict.reset <= verdict.retry_after <= HOUR.memory


async def test_prefix_keeps_apart(redis):
    async with new_store(redis) as one, new_store(redis, prefix="other:") as other:
        assert await allowed(one, RateLimit(1, per=60))
        assert await allowed(other, RateLimit(1, per=60))
        await one.hit("k" * 100_000 + "\r\n{\ud800", [HOUR, RateLimit(1, per=60)])
    keys = sorted(await redis.ask_later("KEYS", "*"))
    assert [key.partition("{")[0] for key in keys] == ["asgi_middleware:rate_limit:"] * 3 + ["other:"]
    assert all(len(key) < 100 for key in keys)
    tags = {key[key.index("{") : key.index("}")] for key in keys[:3]}
    assert len(tags) == 2  # both counters of one key in one slot of a cluster


async def test_all_or_nothing(redis):
    async with new_store(redis) as store:
        day = RateLimit(10, per=86400)
        assert [await allowed(store, day, HOUR) for _ in range(5)] == [True] * 3 + [False] * 2
        assert [verdict.remaining for verdict in await store.hit("key", [day, HOUR], 0)] == [7, 0]
        with pytest.raises(ValueError, match="A cost is 0 or more, not -1"):
            await store.hit("key", [day], -1)


async def test_many_at_once_never_get_more(redis):
    limit, got = RateLimit(50, per=3600), []

    async def hit(store):
        got.extend([await allowed(store, limit) for _ in range(5)])

    async with new_store(redis) as one, new_store(redis) as other, anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(hit, one)
            tasks.start_soon(hit, other)
    assert (got.count(True), len(got)) == (50, 200)


async def test_windows_slide(redis):
    """By the real clock: no window has more, and what is not let through has its window full."""
    limit, hits = RateLimit(7, per=0.15), []
    async with new_store(redis) as store:
        await store.hit("warm", [limit])
        while sum(is_allowed for _, _, is_allowed in hits) < 22:  # of three windows and one more
            begin = time.monotonic()
            is_allowed = await allowed(store, limit)
            hits.append((begin, time.monotonic(), is_allowed))
            await anyio.sleep(0.005)
    through = [(begin, end) for begin, end, is_allowed in hits if is_allowed]
    # A hit was counted somewhere between its begin and its end.
    for first, _ in through:
        assert sum(begin >= first and end < first + limit.per for begin, end in through) <= 7
    for refused, late, is_allowed in hits:
        if not is_allowed:
            assert sum(end > refused - limit.memory and begin < late for begin, end in through) >= 7
    assert through[21][1] - through[0][0] > 3 * limit.per


async def test_scripts_may_be_flushed(redis):
    async with new_store(redis) as store:
        assert await allowed(store, HOUR)
        await redis.ask_later("SCRIPT", "FLUSH")
        assert [await allowed(store, HOUR) for _ in range(3)] == [True, True, False]


# Who may use it when


@pytest.mark.parametrize("on_failure", ["allow", "refuse"])
async def test_not_entered(redis, on_failure):
    store = new_store(redis, on_failure=on_failure)
    message = "not running on this event loop: use it inside `async with store:`, as in a lifespan"
    with pytest.raises(RuntimeError, match=message):
        await store.hit("key", [HOUR])
    async with store:
        assert await allowed(store, HOUR)
    with pytest.raises(RuntimeError, match=message):
        await store.hit("key", [HOUR])
    async with store:
        assert await allowed(store, HOUR)


async def connections(redis):
    return (await redis.ask_later("CLIENT", "LIST")).count("name=asgi_middleware")


async def test_entered_twice_is_one_connection(redis, until):
    store = new_store(redis)
    async with store:
        async with store:
            assert await allowed(store, HOUR)
            assert await connections(redis) == 1
        assert await allowed(store, HOUR)
        assert await connections(redis) == 1

    async def is_closed():
        return await connections(redis) == 0

    await until(is_closed)


async def test_whoever_leaves_first_the_others_go_on(redis):
    store = new_store(redis)
    first_may_leave, second_is_in, first_has_left = anyio.Event(), anyio.Event(), anyio.Event()

    async def first():
        async with store:
            assert await allowed(store, HOUR)
            await first_may_leave.wait()
        first_has_left.set()

    async def second():
        async with store:
            second_is_in.set()
            await first_has_left.wait()
            assert await allowed(store, HOUR)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await anyio.lowlevel.checkpoint()
        tasks.start_soon(second)
        await second_is_in.wait()
        first_may_leave.set()


@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()])
async def test_what_is_raised_inside_comes_out_as_it_is(redis, error):
    async def fail():
        async with new_store(redis) as store:
            await store.hit("key", [HOUR])
            raise error

    with pytest.raises(type(error)) as raised:
        await fail()
    assert raised.value is error


async def test_cancelled_inside(redis):
    with anyio.CancelScope() as scope:
        async with new_store(redis) as store:
            await store.hit("key", [HOUR])
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not store._entries


async def test_hits_may_be_cancelled(redis):
    async with new_store(redis) as store:
        await store.hit("key", [HOUR], 0)
        for _ in range(10):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await store.hit("key", [HOUR], 0)
        assert await allowed(store, HOUR)


def test_several_event_loops(redis, anyio_backend):
    store, got = new_store(redis), []
    both = threading.Barrier(2, timeout=20)

    async def main():
        async with store:
            got.append(await allowed(store, HOUR))
            await anyio.to_thread.run_sync(both.wait)
            got.append(await allowed(store, HOUR))
            await anyio.to_thread.run_sync(both.wait)
        with pytest.raises(RuntimeError, match="not running on this event loop"):
            await store.hit("key", [HOUR])

    threads = [threading.Thread(target=anyio.run, args=[main], kwargs={"backend": anyio_backend}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, True, True, True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on_failure": "open"}, "on_failure is 'allow' or 'refuse', not 'open'"),
        ({"timeout": 0}, "A time limit is a number of seconds above 0, not 0"),
        ({"timeout": float("inf")}, "A time limit is a number of seconds above 0, not inf"),
        ({"timeout": float("nan")}, "A time limit is a number of seconds above 0, not nan"),
    ],
)
def test_misuse(options, message):
    with pytest.raises(ValueError, match=message):
        RedisRateLimitStore("redis://localhost", **{"on_failure": "allow", **options})


def test_on_failure_must_be_chosen():
    with pytest.raises(TypeError, match="on_failure"):
        RedisRateLimitStore("redis://localhost")


async def test_in_the_middleware(redis, drive):
    store = new_store(redis)
    inner = RateLimitMiddleware(Response("Hello"), "1/hour", store=store, name="inner")

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await inner(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        for status in (200, 429, 429):
            assert (await drive.request(outer)).status == status
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    outer = RateLimitMiddleware(app, "2/hour", store=store)
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    await drive.events(outer, scope, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
