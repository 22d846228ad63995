"""Sessions in memory: how many there are, and which go first."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions import MemorySessionStore


@pytest.fixture(name="clock")
def clock_fixture(make_clock):
    return make_clock()


def test_no_room():
    with pytest.raises(ValueError, match="max_sessions is 1 or more, not 0"):
        MemorySessionStore(max_sessions=0)


async def test_what_is_read_is_a_copy(clock):
    store = MemorySessionStore(clock=clock)
    values = {"a": "1"}
    await store.create("key", values, 10)
    values["a"] = "2"
    record = await store.read("key")
    await store.update("key", {"a": "3"}, [], 10)
    assert record == ({"a": "1"}, 10)


async def test_expired_sessions_go_as_others_come(clock):
    store = MemorySessionStore(clock=clock)
    for number in range(100):
        await store.create(f"old {number}", {}, 10)
    clock.now += 10
    for number in range(34):
        await store.create(f"new {number}", {}, 10)
    assert len(store) == 34


async def test_first_to_end_is_dropped_where_there_are_too_many(clock, caplog):
    store = MemorySessionStore(max_sessions=3, clock=clock)
    await store.create("long", {}, 100)
    await store.create("short", {}, 10)
    await store.create("longer since", {}, 5)
    await store.update("longer since", {}, [], 200)
    await store.create("middle", {}, 50)
    assert [key for key in ("long", "short", "longer since", "middle") if await store.read(key)] == [
        "long",
        "longer since",
        "middle",
    ]
    await store.create("shortest", {}, 1)
    assert await store.read("shortest") is None
    assert len(store) == 3
    assert caplog.messages == ["There are more than 3 sessions in memory: those that would end first are dropped."]


async def test_deleted_and_moved_leave_nothing(clock):
    store = MemorySessionStore(clock=clock)
    for number in range(1000):
        await store.create(f"{number}", {}, 1000)
        await store.update(f"{number}", {}, [], 1000, new_key=f"new {number}")
        await store.delete(f"new {number}")
    assert len(store) == 0
    assert len(store._ends) < 100
    await store.create("kept", {}, 1000)
    for _ in range(1000):
        await store.update("kept", {}, [], 1000)
    assert len(store._ends) < 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 3)), max_size=60))
async def test_never_more_than_allowed_and_always_the_last_to_end(make_clock, steps):
    clock = make_clock(0)
    store = MemorySessionStore(max_sessions=4, clock=clock)
    ends = {}
    for key, age, pause in steps:
        clock.now += pause
        ends = {name: end for name, end in ends.items() if end > clock.now}
        if await store.update(f"{key}", {}, [], age):
            assert key in ends
        else:
            assert key not in ends
            await store.create(f"{key}", {}, age)
        ends[key] = clock.now + age
        dropped = [name for name in ends if (await store.read(f"{name}")) is None]
        for name in dropped:
            assert ends[name] <= min([end for other, end in ends.items() if other not in dropped] or [ends[name]])
            del ends[name]
        assert len(store) <= 4
