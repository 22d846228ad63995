"""Scripts, run by a real Redis."""

import pytest

from asgi_websockets._redis.scripts import CATCH_UP, HISTORY, MEMBERS, PRESENCE, PUBLISH


@pytest.fixture(name="run")
def run_fixture(redis):
    async def run(script, keys, *arguments):
        return await redis.command(b"EVAL", script.source, len(keys), *keys, *arguments)

    return run


@pytest.fixture(name="publish")
def publish_fixture(run):
    async def publish(number, previous=0, keep=3, content=None, idle=100):
        content = content or b"m%d" % number
        return await run(PUBLISH, (b"{r}h", b"{r}s"), number, previous, keep, 1000, idle, b"channel", content)

    return publish


async def _kept(run, count=100, after=b"", most=10**6):
    is_known, has_more, is_cut, found = await run(HISTORY, (b"{r}h",), count, after, most)
    return is_known, has_more, is_cut, [content for _, content in found]


async def test_a_message_that_was_sent_before_is_passed_over(run, publish):
    assert [await publish(number) for number in (1, 2, 2, 1, 3)] == [1, 1, 0, 0, 1]
    assert (await _kept(run))[3] == [b"m3", b"m2", b"m1"]


async def test_a_gap_is_refused(run, publish):
    await publish(1)
    with pytest.raises(Exception, match="GAP the message before this one"):
        await publish(3, previous=2)
    assert (await _kept(run))[3] == [b"m1"]
    assert await publish(3, previous=1)  # one between them was for another room, or dropped


async def test_the_history_is_as_long_as_it_shall_be(run, publish):
    for number in range(1, 6):
        await publish(number)
    assert (await _kept(run))[3] == [b"m5", b"m4", b"m3"]


async def test_without_history_ids_grow_and_what_is_kept_stays(redis, run, publish):
    await publish(1)
    before, _ = await run(CATCH_UP, (b"{r}h",), b"", 10, 1000)
    await publish(2, keep=0)
    after, _ = await run(CATCH_UP, (b"{r}h",), b"", 10, 1000)
    assert before < after
    assert (await _kept(run))[3] == [b"m1"]
    assert 900 < await redis.command(b"TTL", b"{r}h") <= 1000


async def test_a_room_without_history_is_forgotten_soon(redis, publish):
    await publish(1, keep=0)
    assert 0 < await redis.command(b"TTL", b"{r}h") <= 100
    assert 0 < await redis.command(b"TTL", b"{r}s") <= 100


async def test_what_was_missed(run, publish):
    assert await run(CATCH_UP, (b"{r}h",), b"5-0", 10, 1000) == [b"0-0", []]
    ids = []
    for number in range(1, 5):
        await publish(number, keep=100)
        ids.append((await run(CATCH_UP, (b"{r}h",), b"", 10, 1000))[0])

    async def missed(after, count=10, most=1000):
        last, found = await run(CATCH_UP, (b"{r}h",), after, count, most)
        assert last == ids[-1]
        return [content for _, content in found]

    assert await missed(b"") == []
    assert await missed(ids[1]) == [b"m4", b"m3"]
    assert await missed(ids[3]) == []
    assert await missed(b"0-0") == [b"m4", b"m3", b"m2", b"m1"]
    assert await missed(b"0-0", count=2) == [b"m4", b"m3"]
    assert await missed(b"0-0", most=5) == [b"m4", b"m3"]
    assert await missed(b"0-0", most=1) == [b"m4"]
    # Ids from a clock that was ahead: what is there now is all new.
    time, _, count = ids[-1].partition(b"-")
    assert await missed(b"%d-0" % (int(time) + 1)) == [b"m4", b"m3", b"m2", b"m1"]
    assert await missed(b"%b-%d" % (time, int(count) + 1)) == [b"m4", b"m3", b"m2", b"m1"]


async def test_history_says_what_may_be_missing(run, publish):
    assert await _kept(run) == (0, 0, 0, [])
    for number in range(1, 5):
        await publish(number)
    _, found = await run(CATCH_UP, (b"{r}h",), b"0-0", 10, 1000)
    ids = [key for key, _ in reversed(found)]
    assert await _kept(run) == (0, 0, 0, [b"m4", b"m3", b"m2"])
    assert await _kept(run, 0) == (0, 1, 0, [])
    assert await _kept(run, 2) == (0, 1, 0, [b"m4", b"m3"])
    assert await _kept(run, 10, ids[0]) == (1, 0, 0, [b"m4", b"m3"])
    assert await _kept(run, 1, ids[0]) == (1, 1, 0, [b"m4"])
    assert await _kept(run, 2, ids[0]) == (1, 0, 0, [b"m4", b"m3"])
    assert await _kept(run, 0, ids[2]) == (1, 0, 0, [])
    assert await _kept(run, 10, b"1-0") == (0, 0, 0, [b"m4", b"m3", b"m2"])
    assert await _kept(run, 10, b"", 4) == (0, 0, 1, [b"m4", b"m3"])
    assert await _kept(run, 10, b"", 1) == (0, 0, 1, [b"m4"])


@pytest.mark.parametrize("script", [CATCH_UP, HISTORY])
async def test_a_key_that_somebody_else_has_taken_is_no_history(redis, run, script):
    await redis.command(b"SET", b"{r}h", b"x")
    assert await run(script, (b"{r}h",), b"1", b"1-0", 100) in ([b"0-0", []], [0, 0, 0, []])


async def test_members_come_and_go(redis, run):
    keys = (b"{r}p", b"{r}m:a")
    assert await run(PRESENCE, keys, b"a", 60_000, 0, b"+", b"1", b"one", b"+", b"2", b"two") == 2
    assert await run(PRESENCE, (b"{r}p", b"{r}m:b"), b"b", 30_000, 0, b"+", b"3", b"three") == 1
    assert sorted(await run(MEMBERS, (b"{r}p",), b"", b"{r}m:")) == [b"one", b"three", b"two"]
    assert await run(MEMBERS, (b"{r}p",), b"a", b"{r}m:") == [b"three"]
    # The set lives as long as the one with the most time.
    assert 59_000 < await redis.command(b"PTTL", b"{r}p") <= 60_000
    assert 29_000 < await redis.command(b"PTTL", b"{r}m:b") <= 30_000
    assert await run(PRESENCE, keys, b"a", 60_000, 0, b"-", b"1", b"", b"-", b"9", b"") == 1
    assert await run(PRESENCE, keys, b"a", 60_000, 1, b"+", b"4", b"four") == 1
    assert await run(MEMBERS, (b"{r}p",), b"b", b"{r}m:") == [b"four"]
    assert await run(PRESENCE, keys, b"a", 60_000, 1) == 0
    assert await run(MEMBERS, (b"{r}p",), b"", b"{r}m:") == [b"three"]
    await redis.command(b"DEL", b"{r}m:b")  # as if it had expired
    assert await run(MEMBERS, (b"{r}p",), b"", b"{r}m:") == []
    assert await redis.keys() == []
