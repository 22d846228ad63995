"""A Redis that is gone, hangs, refuses and comes back."""

import time

import anyio
import pytest
from anyio.lowlevel import checkpoint
from coredis.exceptions import BusyLoadingError

from asgi_sessions import SessionStoreUnavailable
from asgi_sessions._redis import redis_link
from asgi_sessions.redis import RedisSessionStore

KEY = "1" * 64
DAY = 86400

LOST = "Sessions cannot be reached, as Redis has failed: "
RESTORED = "Sessions are kept by Redis again."


@pytest.fixture(autouse=True)
def short_pause(monkeypatch):
    monkeypatch.setattr(redis_link, "PAUSE", 0.1)


async def is_there(store):
    """None if the store cannot tell."""
    try:
        return await store.read(KEY) is not None
    except SessionStoreUnavailable:
        return None


async def writes(store):
    try:
        await store.create(KEY, {"a": "1"}, DAY)
    except SessionStoreUnavailable:
        return False
    return True


@pytest.fixture(name="until_it_writes")
def until_it_writes_fixture(until):
    async def until_it_writes(store):
        async def it_writes():
            return await writes(store)

        await until(it_writes)

    return until_it_writes


def link_of(store):
    (entries,) = store._entries.values()
    return entries[0].link


def no_wait(coroutine):
    """The result of a coroutine, which must not wait for anything."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise AssertionError("It waits.")


async def test_not_there_at_the_start(no_redis, new_store, until_it_writes, logged, caplog):
    async with new_store(no_redis, timeout=60) as store:
        with anyio.fail_after(20):  # at once, and not after the time limit
            assert [await is_there(store) for _ in range(3)] == [None] * 3
        await anyio.sleep(0.3)
        assert no_wait(is_there(store)) is None
        await no_redis.start_later()
        await until_it_writes(store)
        assert await is_there(store)
    lost, restored = logged()
    assert not any(record.exc_info for record in caplog.records if record.name == "asgi_sessions")
    assert lost.startswith(f"{LOST}ConnectionError: ")
    assert "\n" not in lost
    assert restored == RESTORED


async def test_killed_and_started_again(own_redis, new_store, until_it_writes, logged):
    async with new_store(own_redis, timeout=60) as store:
        await until_it_writes(store)
        for _ in range(2):
            await own_redis.kill_later()
            for call in (
                lambda: store.read(KEY),
                lambda: store.create(KEY, {}, DAY),
                lambda: store.update(KEY, {}, [], DAY),
                lambda: store.delete(KEY),
            ):
                with pytest.raises(SessionStoreUnavailable) as refused:
                    await call()
                assert refused.value.headers == {"retry-after": "1"}
            await own_redis.start_later()
            await until_it_writes(store)
    assert [message[:30] for message in logged()] == [LOST[:30], RESTORED[:30]] * 2


async def test_hangs(own_redis, new_store, until_it_writes, logged):
    async with new_store(own_redis, timeout=0.2) as store:
        await until_it_writes(store)
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        own_redis.pause()
        results, begin = [], time.monotonic()

        async def read():
            results.append(await is_there(store))

        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(read)
        assert results == [None] * 20
        assert 0.15 < time.monotonic() - begin < 3  # one after another they would take 4 seconds
        for _ in range(8):  # while nothing is tried, and while the next connection is
            assert no_wait(is_there(store)) is None
            await anyio.sleep(0.05)
        own_redis.resume()
        await until_it_writes(store)
    assert logged() == [f"{LOST}TimeoutError: Redis has not answered within 0.2 seconds.", RESTORED]


async def test_hangs_at_the_start(own_redis, new_store, until, until_it_writes):
    own_redis.pause()
    async with new_store(own_redis, timeout=0.2) as store:
        assert await is_there(store) is None

        async def has_failed():
            return link_of(store)._is_down

        await until(has_failed)
        assert no_wait(is_there(store)) is None
        own_redis.resume()
        await until_it_writes(store)


async def test_an_answer_that_is_there_but_not_read_counts(own_redis, new_store, until_it_writes, logged, monkeypatch):
    monkeypatch.setattr(redis_link, "GRACE", 0.98)
    async with new_store(own_redis, timeout=5) as store:
        await until_it_writes(store)
        results = []

        async def read():
            results.append(await is_there(store))

        async with anyio.create_task_group() as tasks:
            own_redis.pause()
            tasks.start_soon(read)
            await anyio.sleep(0.05)
            own_redis.resume()
            hold(0.3)  # the event loop stands still, and the answer comes meanwhile
    assert results == [True]
    assert logged() == []


async def test_what_is_left_for_such_an_answer_is_part_of_the_limit(own_redis, new_store, until_it_writes, monkeypatch):
    async with new_store(own_redis, timeout=1.5) as store:
        await until_it_writes(store)
        own_redis.pause()
        monkeypatch.setattr(redis_link, "GRACE", 0.99)
        begin = time.monotonic()
        assert await is_there(store) is None
        assert 1.4 < time.monotonic() - begin < 2.7  # and not 2.985
        own_redis.resume()


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
async def test_a_connection_that_is_closed_while_idle_is_made_again(
    own_redis, new_store, until_it_writes, logged, has_failed
):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        if has_failed:
            await own_redis.kill_later()
            assert await is_there(store) is None
            await own_redis.start_later()
            await until_it_writes(store)
        first, before = link_of(store)._connection, len(logged())
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        found = []

        async def read_at_once():  # the next connection may be there before it is known that this one was closed
            found.append(await next_connection(link_of(store), first))
            found.append(await is_there(store))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read_at_once)
            await own_redis.ask_later("CLIENT", "KILL", "TYPE", "normal")
        assert found == [None, True]
    assert len(logged()) == before


async def test_what_a_connection_took_with_it_is_called_again(own_redis, new_store, until_it_writes, logged):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        own_redis.pause()
        results = []

        async def update(number):
            results.append(await store.update(KEY, {f"{number}": "0"}, [], DAY))

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(update, number)
            await anyio.sleep(0.05)
            await link_of(store)._connection.stream.aclose()
            own_redis.resume()
        assert results == [True] * 20
        assert len((await store.read(KEY)).values) == 21
    assert logged() == []


async def test_a_connection_known_to_have_ended_only_when_it_is_used(own_redis, new_store, until_it_writes, logged):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
        link_of(store)._connection._terminated = True
        assert await is_there(store)
    assert logged() == []


async def test_connections_that_never_last_are_not_made_again_at_once(redis, new_store, until_it_writes, monkeypatch):
    monkeypatch.setattr(redis_link, "PAUSE", 60.0)
    async with new_store(redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection
        await redis.ask_later("CLIENT", "KILL", "TYPE", "normal")
        assert await next_connection(link_of(store), first) is None
        assert await is_there(store) is None
        await anyio.sleep(0.1)
        assert no_wait(is_there(store)) is None


OTHERS = [5, None, b"OK", [], [1], [b"sessions:2", 1, []], [b"sessions:"], {b"sessions:": 1}, "sessions:" + KEY]


@pytest.mark.parametrize("answer", OTHERS)
async def test_the_answer_to_another_call_is_a_failure(
    redis, new_store, until_it_writes, until, logged, answer, monkeypatch
):
    async with new_store(redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection

        async def answering(*_):
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(link_of(store), "_answer", answering)
            assert await is_there(store) is None
        assert link_of(store)._connection is None
        await until_it_writes(store)
        assert link_of(store)._connection is not first
    assert logged() == [f"{LOST}ValueError: Not the answer to this call.", RESTORED]


# What Redis itself refuses


async def test_without_memory_for_more_sessions_can_be_read_and_ended(own_redis, new_store, until_it_writes, logged):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection
        await own_redis.ask_later("CONFIG", "SET", "maxmemory", "1")
        for _ in range(3):
            with pytest.raises(SessionStoreUnavailable):
                await store.create("2" * 64, {"a": "2"}, DAY)
            with pytest.raises(SessionStoreUnavailable):
                await store.update(KEY, {"b": "2"}, ["a"], DAY, new_key="2" * 64)
            assert (await store.read(KEY)).values == {"a": "1"}
            assert await store.read("2" * 64) is None
        assert await store.update(KEY, {}, ["a"], DAY)
        await store.delete(KEY)
        assert not await is_there(store)
        assert not await writes(store)
        assert len(logged()) == 1
        await own_redis.ask_later("CONFIG", "SET", "maxmemory", "0")
        assert await store.read(KEY) is None
        await store.delete(KEY)
        assert len(logged()) == 1  # what was refused has not been done yet
        assert await writes(store)
        assert await is_there(store)
        assert link_of(store)._connection is first
    lost, restored = logged()
    assert "OOM" in lost or "maxmemory" in lost
    assert restored == RESTORED


async def test_a_replica_is_left(own_redis, new_store, until, until_it_writes, logged):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection
        await own_redis.ask_later("REPLICAOF", "127.0.0.1", "1")
        assert not await writes(store)
        assert link_of(store)._connection is None
        await own_redis.ask_later("REPLICAOF", "NO", "ONE")
        await until_it_writes(store)
        assert link_of(store)._connection is not first
    assert len(logged()) == 2


async def test_a_redis_that_reads_its_file_yet_is_not_left(redis, new_store, until_it_writes, monkeypatch):
    async with new_store(redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection

        async def answering(*_):
            raise BusyLoadingError("LOADING Redis is loading the dataset in memory")

        with monkeypatch.context() as patch:
            patch.setattr(link_of(store), "_answer", answering)
            assert await is_there(store) is None
        assert await is_there(store)
        assert link_of(store)._connection is first


async def test_another_thing_by_this_name(redis, new_store, until_it_writes):
    async with new_store(redis) as store:
        await until_it_writes(store)
        first = link_of(store)._connection
        await redis.ask_later("SET", "sessions:other", "1")
        for call in (store.read("other"), store.update("other", {"a": "1"}, [], DAY, new_key="new")):
            with pytest.raises(SessionStoreUnavailable):
                await call
        assert await is_there(store)
        assert link_of(store)._connection is first
    assert await redis.ask_later("GET", "sessions:other") == "1"


async def test_wrong_password(redis, logged):
    async with RedisSessionStore(redis.url.replace("//", "//ann:wrong@")) as store:
        assert await is_there(store) is None
    assert len(logged()) == 1


async def test_an_error_in_the_program_is_logged_with_where_it_was(redis, new_store, until_it_writes, logged, caplog):
    store = new_store(redis)

    def fail():
        raise ZeroDivisionError("a\r\nbug")

    make_client, store._make_client = store._make_client, fail
    async with store:
        assert await is_there(store) is None
        link_of(store)._make_client = make_client
        await until_it_writes(store)
    assert logged() == [f"{LOST}ZeroDivisionError: a bug", RESTORED]
    traces = [record.exc_info for record in caplog.records if record.name == "asgi_sessions"]
    assert [trace and trace[0] for trace in traces] == [ZeroDivisionError, None]


async def test_late_failures_do_not_end_the_next_connection(own_redis, new_store, until, until_it_writes):
    async with new_store(own_redis) as store:
        await until_it_writes(store)
        link = link_of(store)
        first = link._connection
        await own_redis.kill_later()
        await own_redis.start_later()

        async def is_new():
            return link._connection not in (None, first)

        await until(is_new)
        link._drop(first, is_down=True)
        assert link._connection is not None
        assert await writes(store)


async def test_messages_that_nobody_asked_for_are_passed_over(redis, new_store, until_it_writes):
    async with new_store(redis) as store:
        await until_it_writes(store)
        connection = link_of(store)._connection
        connection.send_command(b"SUBSCRIBE", b"news")
        assert await is_there(store)
        await redis.ask_later("PUBLISH", "news", "none")
        assert await is_there(store)
        assert link_of(store)._connection is connection


# Leaving


async def test_left_while_it_connects(no_redis, new_store):
    for _ in range(3):
        async with new_store(no_redis):
            await checkpoint()


async def test_left_while_calls_wait(own_redis, new_store, until_it_writes):
    results = []

    async def read(store):
        results.append(await is_there(store))

    begin = time.monotonic()
    async with anyio.create_task_group() as tasks:
        async with new_store(own_redis, timeout=30) as store:
            await until_it_writes(store)
            await anyio.sleep(0.2)  # longer than the pause, so that the connection is no bad one
            own_redis.pause()
            for _ in range(3):
                tasks.start_soon(read, store)
            await anyio.sleep(0.05)
    assert results == [None] * 3
    assert time.monotonic() - begin < 15  # and not the time limit
    own_redis.resume()
