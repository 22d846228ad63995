"""The store in memory, and the window in slices that it counts with, against a log of all that was let through."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import MemoryRateLimitStore, RateLimit, RateLimitStore

LIMITS = st.builds(RateLimit, st.integers(1, 12), st.sampled_from([0.001, 0.0321, 1, 7.7]))
# From several hits within a slice to more than a window between two of them, and often on the border of a slice.
GAPS = st.one_of(st.integers(0, 200), st.integers(0, 9_000_000), st.integers(0, 40).map(lambda n: n * 31_250))
STEPS = st.lists(st.tuples(GAPS, st.integers(0, 4)), max_size=60)


@given(LIMITS, st.integers(0, 10**9), STEPS)
def test_one_limit(make_log, limit, begin, steps):
    log = make_log([limit])
    log.clock.now = begin
    for gap, cost in steps:
        (verdict,) = log.step(gap, cost)
        # Counted are all that were let through in the window, and perhaps those of one slice more.
        assert limit.limit - log.count(limit.memory * 1_000_000) <= verdict.remaining
        assert verdict.remaining <= limit.limit - log.count(limit.per * 1_000_000)


@given(st.lists(LIMITS, min_size=2, max_size=3, unique_by=lambda limit: limit.per), STEPS)
def test_several_limits(make_log, limits, steps):
    log = make_log(limits)
    for gap, cost in steps:
        log.step(gap, cost)


@given(LIMITS, STEPS, st.integers(1, 4))
def test_retry_after_is_when_there_is_room(make_log, limit, steps, cost):
    log = make_log([limit])
    for gap, step_cost in steps:
        log.step(gap, step_cost)
    (verdict,) = log.hit(0)
    while verdict.is_allowed and verdict.remaining >= cost <= limit.limit:
        (verdict,) = log.step(0, cost)
    (verdict,) = log.hit(cost)
    assert not verdict.is_allowed
    if cost > limit.limit:
        assert verdict.retry_after == math.inf
        return
    assert 0 < verdict.retry_after <= limit.memory
    log.clock.now += round(verdict.retry_after * 1_000_000) - 1
    (before,) = log.step(0, cost)
    assert not before.is_allowed
    assert before.retry_after == pytest.approx(1e-6)
    (after,) = log.step(1, cost)
    assert (after.is_allowed, after.retry_after) == (True, 0)


@given(LIMITS, STEPS)
def test_reset_is_when_there_is_more(make_log, limit, steps):
    log = make_log([limit])
    for gap, cost in steps:
        log.step(gap, cost)
    (verdict,) = log.hit(0)
    if verdict.remaining == limit.limit:
        assert verdict.reset == 0
        return
    log.clock.now += round(verdict.reset * 1_000_000) - 1
    (before,) = log.hit(0)
    log.clock.now += 1
    (after,) = log.hit(0)
    assert before.remaining == verdict.remaining < after.remaining


async def test_verdicts(make_clock):
    clock = make_clock(10_000_000)
    store = MemoryRateLimitStore(clock=clock)
    limit, other = RateLimit(2, per=3.2), RateLimit(10, per=32)
    first = await store.hit("key", [limit, other])
    assert first == [(limit, True, 1, 3.3, 0), (other, True, 9, 33, 0)]
    clock.now += 150_000
    second = await store.hit("key", [limit, other])
    assert second == [(limit, True, 0, 3.15, 0), (other, True, 8, 32.85, 0)]
    third = await store.hit("key", [limit, other])
    assert third == [(limit, False, 0, 3.15, 3.15), (other, True, 8, 32.85, 0)]
    assert await store.hit("key", [limit], 2) == [(limit, False, 0, 3.15, 3.25)]
    assert await store.hit("other", [limit, other], 2) == [(limit, True, 0, 3.25, 0), (other, True, 8, 32.85, 0)]


async def test_refused_counts_nowhere():
    store = MemoryRateLimitStore()
    low, high = RateLimit(1, per=1000), RateLimit(10, per=2000)
    for _ in range(5):
        verdicts = await store.hit("key", [high, low])
    assert [(verdict.is_allowed, verdict.remaining) for verdict in verdicts] == [(True, 9), (False, 0)]


async def test_cost_of_nothing_is_only_asked():
    store = MemoryRateLimitStore()
    for _ in range(3):
        (verdict,) = await store.hit("key", [RateLimit(1, per=1000)], 0)
        assert (verdict.is_allowed, verdict.remaining, verdict.reset) == (True, 1, 0)
    assert len(store) == 0


async def test_cost_below_0():
    with pytest.raises(ValueError, match="A cost is 0 or more, not -1"):
        await MemoryRateLimitStore().hit("key", [RateLimit(1, per=1)], -1)


async def test_limits_of_one_window_share_what_is_counted():
    store = MemoryRateLimitStore()
    await store.hit("key", [RateLimit(10, per=1000)], 8)
    (verdict,) = await store.hit("key", [RateLimit(5, per=1000)])
    assert (verdict.is_allowed, verdict.remaining) == (False, 0)
    assert 1000 < verdict.retry_after <= 1000 * 33 / 32


async def test_long_keys_are_other_keys():
    store = MemoryRateLimitStore()
    for key in ("k" * 128, "k" * 129, "k" * 130, "\ud800" * 200):
        for is_allowed in (True, False):
            assert (await store.hit(key, [RateLimit(1, per=1000)]))[0].is_allowed is is_allowed
    kept = max(len(key) for windows in store._windows.values() for key in windows)
    assert kept == 128


@pytest.mark.parametrize("max_keys", [1, 2, 7])
async def test_the_key_with_the_oldest_count_is_forgotten(make_clock, max_keys):
    store = MemoryRateLimitStore(max_keys=max_keys, clock=make_clock())
    limit = RateLimit(3, per=60)
    for number in range(max_keys):
        await store.hit(f"{number}", [limit])
    await store.hit("0", [limit])  # which is the newest now
    await store.hit("more", [limit])
    assert len(store) == max_keys
    left = {f"{number}": (await store.hit(f"{number}", [limit], 0))[0].remaining for number in range(max_keys)}
    forgotten = "1" if max_keys > 1 else "0"
    assert left == {number: 3 if number == forgotten else 1 if number == "0" else 2 for number in left}


async def test_keys_of_another_window_take_no_place(make_clock):
    store = MemoryRateLimitStore(max_keys=1, clock=make_clock())
    short, long = RateLimit(3, per=1), RateLimit(3, per=60)
    await store.hit("ann", [long])
    await store.hit("ben", [short])
    assert (await store.hit("ann", [long]))[0].remaining == 1
    assert (await store.hit("ben", [short]))[0].remaining == 1
    assert len(store) == 2


async def test_what_is_over_goes_by_itself(make_clock):
    clock = make_clock()
    store = MemoryRateLimitStore(clock=clock)
    limit = RateLimit(3, per=3.2)
    for number in range(100):
        await store.hit(f"{number}", [limit])
    clock.now = 3_300_000 - 1
    await store.hit("more", [limit])
    assert len(store) == 101
    clock.now += 1
    for number in range(60):
        await store.hit(f"more {number}", [limit])
    assert len(store) == 61


def test_max_keys_is_a_number():
    with pytest.raises(ValueError, match="max_keys is 1 or more, not 0"):
        MemoryRateLimitStore(max_keys=0)


async def test_counts_stay_beyond_the_block():
    store: RateLimitStore = MemoryRateLimitStore()
    for remaining in (2, 1):
        async with store as entered, store:
            assert entered is store
            assert (await store.hit("key", [RateLimit(3, per=1000)]))[0].remaining == remaining


async def test_memory_of_a_key_is_bounded(make_clock):
    clock = make_clock()
    store = MemoryRateLimitStore(clock=clock)
    limit = RateLimit(10**6, per=32)
    for _ in range(2000):
        clock.now += 70_000
        await store.hit("key", [limit])
    ((window,),) = (windows.values() for windows in store._windows.values())
    assert len(window._slices) <= 2 * 33
