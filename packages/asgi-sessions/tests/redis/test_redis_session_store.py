"""Sessions in a Redis that is well: what is kept there and how, and who may use a store when."""

import math
import threading

import anyio
import anyio.lowlevel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions import SessionStore, SessionStoreUnavailable, StoredSessionMiddleware
from asgi_sessions.redis import RedisSessionStore
from asgi_types import Response

KEY, OTHER = "1" * 64, "2" * 64
DAY = 86400


async def values(store, key=KEY):
    record = await store.read(key)
    return None if record is None else dict(record.values)


async def test_stores_share_sessions(redis, new_store):
    one: SessionStore = new_store(redis)
    async with one as entered, new_store(redis) as other, new_store(redis, prefix="other:") as apart:
        assert entered is one
        assert await values(other) is None
        await one.create(KEY, {"user": '"ann"', "cart": "[]"}, DAY)
        assert await values(other) == {"user": '"ann"', "cart": "[]"}
        assert await values(apart) is None
        assert await other.update(KEY, {"theme": "1", "cart": "[2]"}, ["user", "missing"], DAY)
        assert await values(one) == {"cart": "[2]", "theme": "1"}
        assert await other.delete(KEY) is True
        assert await other.delete(KEY) is False
        assert await values(one) is None
        assert not await one.update(KEY, {"theme": "2"}, [], DAY)
        assert not await one.update(KEY, {"theme": "2"}, [], DAY, new_key=OTHER)
        assert await values(one) is None
        assert await values(one, OTHER) is None


async def test_as_it_is_in_redis(redis, new_store):
    async with new_store(redis, prefix="shop:") as store:
        await store.create(KEY, {"user": '"ann"'}, DAY)
    assert await redis.ask_later("KEYS", "*") == [f"shop:{KEY}"]
    assert await redis.ask_later("HGET", f"shop:{KEY}", "user") == '"ann"'
    assert DAY * 1000 - 20_000 < await redis.ask_later("PTTL", f"shop:{KEY}") <= DAY * 1000


async def test_creating_again_replaces(redis, new_store):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1", "b": "2"}, DAY)
        await store.create(KEY, {"b": "3"}, 60)
        record = await store.read(KEY)
        assert record.values == {"b": "3"}
        assert 40 < record.expires_in <= 60


async def test_another_key(redis, new_store):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1", "b": "2"}, DAY)
        assert await store.update(KEY, {"c": "3"}, ["a"], 60, new_key=OTHER)
        assert await values(store) is None
        record = await store.read(OTHER)
        assert record.values == {"b": "2", "c": "3"}
        assert 40 < record.expires_in <= 60
        assert not await store.update(KEY, {"d": "4"}, [], DAY)


async def test_another_key_whose_answer_was_lost(redis, new_store):
    """The session is there under the new key, which nobody knows yet: repeated, the call says so."""
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1"}, DAY)
        for _ in range(2):
            assert await store.update(KEY, {"b": "2"}, [], DAY, new_key=OTHER)
        assert await values(store, OTHER) == {"a": "1", "b": "2"}
        await store.delete(OTHER)
        assert not await store.update(KEY, {"b": "2"}, [], DAY, new_key=OTHER)


async def test_an_empty_session_is_one(redis, new_store):
    async with new_store(redis) as store:
        await store.create(KEY, {}, DAY)
        assert await values(store) == {}
        assert await store.update(KEY, {"a": "1"}, [], DAY)
        assert await store.update(KEY, {}, ["a"], DAY)
        assert await values(store) == {}
        assert await store.update(KEY, {}, [], DAY, new_key=OTHER)
        assert await values(store, OTHER) == {}


TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # with halves of surrogate pairs
ENTRIES = st.dictionaries(TEXT, st.sampled_from(["null", '"\\ud800"', "[1, 2]", "0"]), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings.default.max_examples // 3)
@given(ENTRIES, ENTRIES, st.lists(TEXT, max_size=3))
def test_any_names(redis, new_store, anyio_backend, first, second, removed):
    async def main():
        async with new_store(redis) as store:
            await store.create(KEY, first, DAY)
            assert await values(store) == first
            names = [*removed, *list(first)[:1]]
            assert await store.update(KEY, second, names, DAY)
            left = {name: value for name, value in first.items() if name not in names}
            assert await values(store) == left | second

    anyio.run(main, backend=anyio_backend)


async def test_thousands_of_entries(redis, new_store):
    entries = {f"key {number}": str(number) for number in range(20_000)}
    async with new_store(redis) as store:
        await store.create(KEY, entries, DAY)
        assert await values(store) == entries
        assert await store.update(KEY, entries, [], DAY)
        assert await store.update(KEY, {}, list(entries)[1:], DAY)
        assert await values(store) == {"key 0": "0"}


async def test_at_once_each_entry_is_kept(redis, new_store):
    async with new_store(redis) as one, new_store(redis) as other, anyio.create_task_group() as tasks:
        await one.create(KEY, {}, DAY)
        for number in range(100):
            store = (one, other)[number % 2]
            tasks.start_soon(store.update, KEY, {f"{number}": str(number)}, [f"{number - 500}"], DAY)
    async with new_store(redis) as store:
        assert await values(store) == {f"{number}": str(number) for number in range(100)}


async def test_sessions_end_in_time(redis, new_store, until):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1"}, 0.2)
        await store.create(OTHER, {"a": "1"}, 0.2)
        assert 0 < (await store.read(KEY)).expires_in <= 0.2
        assert await store.update(OTHER, {}, [], DAY)

        async def has_ended():
            return await store.read(KEY) is None

        await until(has_ended)
        assert not await store.update(KEY, {"b": "2"}, [], DAY)
        assert await values(store, OTHER) == {"a": "1"}


@pytest.mark.parametrize("seconds", [0, -1, -math.inf])
async def test_no_time_at_all(redis, new_store, seconds):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1"}, seconds)
        assert await values(store) is None
        await store.create(KEY, {"a": "1"}, DAY)
        assert await store.update(KEY, {"b": "1"}, [], seconds)
        assert await values(store) is None


@pytest.mark.parametrize("seconds", [1e-9, 1e30, math.inf])
async def test_any_time(redis, new_store, seconds):
    async with new_store(redis) as store:
        await store.create(KEY, {}, seconds)
        await store.create(OTHER, {}, DAY)
        assert await store.update(OTHER, {}, [], seconds)
        if seconds > 1:
            assert (await store.read(KEY)).expires_in == pytest.approx(2**53 / 1000)
            assert (await store.read(OTHER)).expires_in == pytest.approx(2**53 / 1000)


async def test_what_somebody_has_made_last_for_ever(redis, new_store):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1"}, DAY)
        await redis.ask_later("PERSIST", f"sessions:{KEY}")
        assert await store.read(KEY) == ({"a": "1"}, 0)


async def test_scripts_may_be_flushed(redis, new_store):
    async with new_store(redis) as store:
        await store.create(KEY, {"a": "1"}, DAY)
        await redis.ask_later("SCRIPT", "FLUSH")
        assert await store.update(KEY, {"b": "2"}, [], DAY)
        assert await values(store) == {"a": "1", "b": "2"}
        await redis.ask_later("SCRIPT", "FLUSH")
        await store.delete(KEY)
        assert await values(store) is None


RIGHTS = [
    *("resetchannels", "~sessions:*", "-@all", "+hello", "+client|setname", "+eval", "+evalsha", "+exists", "+pttl"),
    *("+hgetall", "+hset", "+hdel", "+rename", "+pexpire", "+del"),
]


async def test_the_rights_it_needs(redis, new_store):
    await redis.ask_later("ACL", "SETUSER", "shop", "on", ">secret", *RIGHTS)
    try:
        async with RedisSessionStore(redis.url.replace("//", "//shop:secret@"), timeout=10) as store:
            await redis.ask_later("SCRIPT", "FLUSH")
            await store.create(KEY, {"a": "1", "b": "2"}, DAY)
            assert await store.update(KEY, {"c": "3"}, ["a"], DAY, new_key=OTHER)
            assert await values(store, OTHER) == {"b": "2", "c": "3"}
            assert await store.delete(OTHER)
        async with RedisSessionStore(redis.url.replace("//", "//shop:secret@"), prefix="other:") as store:
            with pytest.raises(SessionStoreUnavailable):
                await store.create(KEY, {}, DAY)
    finally:
        await redis.ask_later("ACL", "DELUSER", "shop")


# Who may use it when


async def test_not_entered(redis, new_store):
    store = new_store(redis)
    message = "not running on this event loop: use it inside `async with store:`, as in a lifespan"
    for _ in range(2):
        for call in (store.read(KEY), store.create(KEY, {}, 1), store.update(KEY, {}, [], 1), store.delete(KEY)):
            with pytest.raises(RuntimeError, match=message):
                await call
        async with store:
            assert await store.read(KEY) is None


async def connections(redis):
    return (await redis.ask_later("CLIENT", "LIST")).count("name=asgi_sessions")


async def test_entered_twice_is_one_connection(redis, new_store, until):
    store = new_store(redis)
    async with store:
        async with store:
            await store.create(KEY, {}, DAY)
            assert await connections(redis) == 1
        assert await values(store) == {}
        assert await connections(redis) == 1

    async def is_closed():
        return await connections(redis) == 0

    await until(is_closed)


async def test_whoever_leaves_first_the_others_go_on(redis, new_store):
    store = new_store(redis)
    first_may_leave, second_is_in, first_has_left = anyio.Event(), anyio.Event(), anyio.Event()

    async def first():
        async with store:
            await store.create(KEY, {}, DAY)
            await first_may_leave.wait()
        first_has_left.set()

    async def second():
        async with store:
            second_is_in.set()
            await first_has_left.wait()
            assert await values(store) == {}

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await anyio.lowlevel.checkpoint()
        tasks.start_soon(second)
        await second_is_in.wait()
        first_may_leave.set()


@pytest.mark.parametrize("error", [KeyError("mine"), KeyboardInterrupt()])
async def test_what_is_raised_inside_comes_out_as_it_is(redis, new_store, error):
    async def fail():
        async with new_store(redis) as store:
            await store.read(KEY)
            raise error

    with pytest.raises(type(error)) as raised:
        await fail()
    assert raised.value is error


async def test_cancelled_inside(redis, new_store):
    with anyio.CancelScope() as scope:
        async with new_store(redis) as store:
            await store.read(KEY)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not store._entries


async def test_calls_that_are_cancelled_leave_others_their_answers(redis, new_store):
    """Nobody gets what another has asked for."""
    keys = [f"{number:064}" for number in range(40)]

    async def read(key):
        assert await values(store, key) == {"key": f'"{key}"'}

    async with new_store(redis) as store:
        for key in keys:
            await store.create(key, {"key": f'"{key}"'}, DAY)
        async with anyio.create_task_group() as tasks:
            for number, key in enumerate(keys):
                if number % 2:
                    tasks.start_soon(read, key)
                else:
                    with anyio.CancelScope() as scope:
                        scope.cancel()
                        await store.read(key)
        for key in keys:
            await read(key)


def test_several_event_loops(redis, new_store, anyio_backend):
    store, got = new_store(redis), []
    both = threading.Barrier(2, timeout=20)

    async def main(number):
        async with store:
            await store.create(str(number), {}, DAY)
            await anyio.to_thread.run_sync(both.wait)
            got.append(await values(store, str(1 - number)))
            await anyio.to_thread.run_sync(both.wait)
        with pytest.raises(RuntimeError, match="not running on this event loop"):
            await store.read(KEY)

    threads = [
        threading.Thread(target=anyio.run, args=[main, number], kwargs={"backend": anyio_backend})
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [{}, {}]


async def test_in_the_middleware(own_redis, new_store, drive):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            scope["session"]["count"] = count = scope["session"].get("count", 0) + 1
            await Response(str(count))(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        first = await drive.request(outer)
        cookie = {"cookie": first.headers["set-cookie"].partition(";")[0]}
        assert [(await drive.request(outer, headers=cookie)).text for _ in range(2)] == ["2", "3"]
        await own_redis.kill_later()
        answers = [await drive.request(outer, headers=headers) for headers in (cookie, {})]
        assert [(answer.status, answer.headers["retry-after"]) for answer in answers] == [(503, "1")] * 2
        assert not any("set-cookie" in answer.headers for answer in answers)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    outer = StoredSessionMiddleware(app, new_store(own_redis))
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    await drive.events(outer, scope, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    with pytest.raises(RuntimeError, match="StoredSessionMiddleware does that where the lifespan"):
        await drive.request(outer)


# What it is made with


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_misuse(timeout):
    with pytest.raises(ValueError, match=f"A time limit is a number of seconds above 0, not {timeout}"):
        RedisSessionStore(timeout=timeout)


def test_by_default():
    store = RedisSessionStore()
    location = store._make_client().connection_pool.location
    assert (location.host, location.port, store.prefix, store.timeout) == ("localhost", 6379, "sessions:", 1.0)
