"""Scripts, run by a real Redis."""

import pytest

from asgi_websockets._redis.payload import Payload
from asgi_websockets._redis.scripts import CATCH_UP, HISTORY, MARK, MEMBERS, PRESENCE, PUBLISH


@pytest.fixture(name="run")
def run_fixture(redis):
    async def run(script, keys, *arguments):
        return await redis.command(b"EVAL", script.source, len(keys), *keys, *arguments)

    return run


@pytest.fixture(name="publish")
def publish_fixture(run):
    async def publish(*numbers, keep=3, repeated=b"", content=None):
        arguments = [item for number in numbers for item in (number, keep, content or b"m%d" % number)]
        return await run(PUBLISH, (b"{r}h",), 1000, b"channel", b"mark", repeated, *arguments)

    return publish


@pytest.fixture(name="catch_up")
def catch_up_fixture(run):
    """The last id, whether it is certain that nothing is missing, and what was missed."""

    async def catch_up(after, count=10, most=1000):
        last, is_whole, found = await run(CATCH_UP, (b"{r}h",), after, count, most, b"mark", b"mark:a")
        return last, is_whole, [content for _, content in found]

    return catch_up


async def _mark(run):
    await run(MARK, (), b"mark", b"mark:a", b"1", 1000)


async def _kept(run, count=100, after=b"", most=10**6):
    is_known, is_all, found = await run(HISTORY, (b"{r}h",), count, after, most)
    return is_known, is_all, [content for _, content in found]


async def test_messages_are_added_in_order(redis, run, publish):
    assert await publish(1, 2) == 1
    assert await publish(2) == 1  # nobody says that it was sent before
    assert (await _kept(run))[2] == [b"m2", b"m2", b"m1"]
    assert 990 < await redis.command(b"TTL", b"{r}h") <= 1000


async def test_what_was_sent_before_is_passed_over(run, publish):
    def content(process, number):
        return Payload(process * 8, number, "", "x").encode()

    numbers = (2, 255, 256, 2**40 + 1)
    for number in numbers[:-1]:
        await publish(number, content=content(b"a", number), keep=10)
    await publish(2**50, content=content(b"b", 2**50), keep=10)  # of somebody else
    for number in numbers:
        await publish(number, content=content(b"a", number), keep=10, repeated=b"a" * 8)
    kept = [Payload.decode(item).number for item in (await _kept(run))[2]]
    assert kept == [2**40 + 1, 2**50, 256, 255, 2]
    await publish(2**40 + 1, 2**40 + 2, content=content(b"a", 2**40 + 2), keep=10, repeated=b"a" * 8)
    assert len((await _kept(run))[2]) == 6


async def test_the_history_is_as_long_as_it_shall_be(run, publish):
    for number in range(1, 6):
        await publish(number)
    assert (await _kept(run))[2] == [b"m5", b"m4", b"m3"]


async def test_without_history_ids_grow(redis, run, publish, catch_up):
    await publish(1)
    before, *_ = await catch_up(b"")
    await publish(2, keep=0)
    after, *_ = await catch_up(b"")
    assert before < after
    assert (await _kept(run))[2] == []  # the first one would hide that the second is missing
    assert 990 < await redis.command(b"TTL", b"{r}h") <= 1000


async def test_what_was_missed(run, publish, catch_up):
    assert await catch_up(b"5-0") == (b"0-0", 0, [])
    ids = []
    for number in range(1, 5):
        await publish(number, keep=4)
        ids.append((await catch_up(b""))[0])
    last = ids[-1]
    assert await catch_up(b"") == (last, 0, [])
    assert await catch_up(ids[0]) == (last, 1, [b"m4", b"m3", b"m2"])
    assert await catch_up(ids[1]) == (last, 1, [b"m4", b"m3"])
    assert await catch_up(ids[1], count=2) == (last, 1, [b"m4", b"m3"])
    assert await catch_up(ids[1], count=1) == (last, 0, [b"m4"])
    assert await catch_up(ids[1], most=4) == (last, 1, [b"m4", b"m3"])
    assert await catch_up(ids[1], most=3) == (last, 0, [b"m4"])
    assert await catch_up(ids[3]) == (last, 1, [])
    assert await catch_up(b"0-0") == (last, 0, [b"m4", b"m3", b"m2", b"m1"])
    assert await catch_up(b"0-0", most=1) == (last, 0, [b"m4"])
    # Ids from a clock that was ahead: what is there now is all new.
    time, _, count = last.partition(b"-")
    for ahead in (b"%d-0" % (int(time) + 1), b"%b-%d" % (time, int(count) + 1)):
        assert await catch_up(ahead) == (last, 0, [b"m4", b"m3", b"m2", b"m1"])
    await publish(5, keep=4)
    assert (await catch_up(ids[1]))[1:] == (1, [b"m5", b"m4", b"m3"])
    assert (await catch_up(ids[0]))[1:] == (0, [b"m5", b"m4", b"m3", b"m2"])
    await publish(6, keep=0)
    assert (await catch_up(ids[3]))[1:] == (0, [])
    assert (await catch_up((await catch_up(b""))[0]))[1:] == (1, [])


async def test_marks_tell_whether_something_was_forgotten(redis, run, publish, catch_up):
    assert await catch_up(b"0-0") == (b"0-0", 0, [])
    await _mark(run)
    assert await catch_up(b"0-0") == await catch_up(b"5-0") == await catch_up(b"") == (b"0-0", 1, [])
    await publish(1)
    await publish(2)
    [(version,)] = [(line,) for line in (await redis.command(b"INFO")).splitlines() if b"redis_version" in line]
    certain = int(b"redis_version:6." not in version)  # an older one does not tell whether something was removed
    assert (await catch_up(b"0-0"))[1:] == (certain, [b"m2", b"m1"])
    assert (await catch_up(b"0-0", count=1))[1:] == (0, [b"m2"])
    await publish(3, 4)
    assert (await catch_up(b"0-0"))[1:] == (0, [b"m4", b"m3", b"m2"])
    await redis.command(b"DEL", b"{r}h")
    await redis.command(b"SET", b"mark", b"2")  # of somebody who came after all was lost
    assert await catch_up(b"0-0") == (b"0-0", 0, [])
    await _mark(run)
    assert await redis.command(b"GET", b"mark:a") == b"2"
    assert await catch_up(b"0-0") == (b"0-0", 1, [])
    for key in (b"mark", b"mark:a"):
        assert 990 < await redis.command(b"TTL", key) <= 1000
        await redis.command(b"DEL", key)
        assert await catch_up(b"0-0") == (b"0-0", 0, [])
        await _mark(run)


async def test_without_memory_messages_are_published_and_not_kept(redis, run, publish, catch_up):
    await _mark(run)
    await publish(1)
    before, *_ = await catch_up(b"")
    await redis.fill()
    try:
        assert await publish(2, 3) == 0
        assert await redis.command(b"KEYS", b"*") == [b"mark:a"]
        await _mark(run)
        assert await catch_up(before) == (b"0-0", 0, [])
    finally:
        await redis.free()
    assert await publish(4) == 1
    assert (await _kept(run))[2] == [b"m4"]


async def test_another_error_is_one(redis, publish):
    await redis.command(b"SET", b"{r}h", b"x")
    with pytest.raises(Exception, match="wrong kind of value"):
        await publish(1)


async def test_history_says_what_may_be_missing(run, publish):
    assert await _kept(run) == (0, 1, [])
    for number in range(1, 5):
        await publish(number)
    _, _, found = await run(HISTORY, (b"{r}h",), 10, b"", 1000)
    ids = [key for key, _ in reversed(found)]
    assert await _kept(run) == (0, 1, [b"m4", b"m3", b"m2"])
    assert await _kept(run, 0) == (0, 0, [])
    assert await _kept(run, 2) == (0, 0, [b"m4", b"m3"])
    assert await _kept(run, 10, ids[0]) == (1, 1, [b"m4", b"m3"])
    assert await _kept(run, 1, ids[0]) == (1, 0, [b"m4"])
    assert await _kept(run, 2, ids[0]) == (1, 1, [b"m4", b"m3"])
    assert await _kept(run, 0, ids[2]) == (1, 1, [])
    assert await _kept(run, 10, b"1-0") == (0, 1, [b"m4", b"m3", b"m2"])
    assert await _kept(run, 10, b"", 4) == (0, 0, [b"m4", b"m3"])
    assert await _kept(run, 10, b"", 1) == (0, 0, [b"m4"])


async def test_a_key_that_somebody_else_has_taken_is_no_history(redis, run, catch_up):
    await redis.command(b"SET", b"{r}h", b"x")
    assert await catch_up(b"1-0") == (b"0-0", 0, [])
    assert await _kept(run, 1, b"1-0") == (0, 1, [])


async def test_without_memory_nobody_is_added(redis, run):
    keys = (b"{r}p", b"{r}m:a")
    assert await run(PRESENCE, keys, b"a", 60_000, 0, b"+", b"1", b"one", b"+", b"2", b"two") == 2
    await redis.fill()
    try:
        assert await run(PRESENCE, keys, b"a", 60_000, 1, b"+", b"1", b"one", b"+", b"3", b"three") == -1
        assert await run(PRESENCE, keys, b"a", 60_000, 0, b"-", b"2", b"", b"+", b"3", b"three") == -1
        assert await run(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) == [b"one"]
        assert await run(PRESENCE, keys, b"a", 60_000, 0) == 1
        assert await run(PRESENCE, keys, b"a", 60_000, 1) == 0
    finally:
        await redis.free()
    await redis.command(b"SET", b"{r}p", b"x")
    with pytest.raises(Exception, match="wrong kind of value"):
        await run(PRESENCE, keys, b"a", 60_000, 0, b"+", b"1", b"one")


async def test_members_come_and_go(redis, run):
    keys = (b"{r}p", b"{r}m:a")
    assert await run(PRESENCE, keys, b"a", 60_000, 0, b"+", b"1", b"one", b"+", b"2", b"two") == 2
    assert await run(PRESENCE, (b"{r}p", b"{r}m:b"), b"b", 30_000, 0, b"+", b"3", b"three") == 1
    assert sorted(await run(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000)) == [b"one", b"three", b"two"]
    assert await run(MEMBERS, (b"{r}p",), b"a", b"{r}m:", 1000) == [b"three"]
    assert await run(MEMBERS, (b"{r}p",), b"b", b"{r}m:", 6) == [b"one", b"two"]
    assert await run(MEMBERS, (b"{r}p",), b"b", b"{r}m:", 5) == [b"one"]
    # The set lives as long as the one with the most time.
    assert 59_000 < await redis.command(b"PTTL", b"{r}p") <= 60_000
    assert 29_000 < await redis.command(b"PTTL", b"{r}m:b") <= 30_000
    assert await run(PRESENCE, keys, b"a", 60_000, 0, b"-", b"1", b"", b"-", b"9", b"") == 1
    assert await run(PRESENCE, keys, b"a", 60_000, 1, b"+", b"4", b"four") == 1
    assert await run(MEMBERS, (b"{r}p",), b"b", b"{r}m:", 1000) == [b"four"]
    assert await run(PRESENCE, keys, b"a", 60_000, 1) == 0
    assert await run(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) == [b"three"]
    await redis.command(b"DEL", b"{r}m:b")  # as if it had expired
    assert await run(MEMBERS, (b"{r}p",), b"", b"{r}m:", 1000) == []
    assert await redis.keys() == []
