"""Sessions in memory: how many there are, and who is refused where there are too many."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions import MemorySessionStore, SessionStoreUnavailable


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


async def test_full_store_refuses_who_is_new_and_keeps_who_is_there(clock, caplog):
    store = MemorySessionStore(max_sessions=3, clock=clock)
    for key, age in (("long", 100), ("short", 10), ("middle", 50)):
        await store.create(key, {}, age)
    for _ in range(100):
        with pytest.raises(SessionStoreUnavailable):
            await store.create("of a flood", {}, 1000)
    assert [key for key in ("long", "short", "middle", "of a flood") if await store.read(key)] == [
        "long",
        "short",
        "middle",
    ]
    assert caplog.messages == ["There are 3 sessions in memory, as many as there may be: new ones are refused."]
    assert await store.update("short", {"user": '"ann"'}, [], 10, new_key="signed in")  # which needs no more room
    assert await store.delete("middle")
    await store.create("next", {}, 10)
    clock.now += 10
    for key in ("one", "other"):  # which have the room of what has expired
        await store.create(key, {}, 10)
    with pytest.raises(SessionStoreUnavailable):
        await store.create("last", {}, 10)
    assert len(caplog.messages) == 1


async def test_full_store_looks_further_than_ends_that_do_not_count(clock):
    store = MemorySessionStore(max_sessions=10, clock=clock)
    for number in range(10):
        await store.create(f"{number}", {}, 10)
        if number:
            await store.update(f"{number}", {}, [], 20)
    await store.update("0", {}, [], 12)
    clock.now += 12  # when ten ends do not count any more, and one does
    await store.create("new", {}, 10)
    assert len(store) == 10
    with pytest.raises(SessionStoreUnavailable):
        await store.create("newer", {}, 10)


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
async def test_never_more_than_allowed_and_nobody_is_thrown_out(make_clock, steps):
    clock = make_clock(0)
    store = MemorySessionStore(max_sessions=4, clock=clock)
    ends = {}
    for key, age, pause in steps:
        clock.now += pause
        ends = {name: end for name, end in ends.items() if end > clock.now}
        if await store.update(f"{key}", {}, [], age):
            assert key in ends
        elif len(ends) == 4:
            with pytest.raises(SessionStoreUnavailable):
                await store.create(f"{key}", {}, age)
            continue
        else:
            assert key not in ends
            await store.create(f"{key}", {}, age)
        ends[key] = clock.now + age
        assert all([await store.read(f"{name}") for name, end in ends.items() if end > clock.now])
        assert len(store) <= 4
