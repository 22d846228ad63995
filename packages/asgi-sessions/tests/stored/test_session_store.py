"""What every store promises, whatever keeps its sessions."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_sessions._session_codec import encode_value
from asgi_sessions._session_id import hash_of, new_id

AGE = 1000

names = st.text(max_size=8) | st.sampled_from(
    ["user", "cart", "", "\0", "\ud800", "'; DROP TABLE sessions", "ö", "a:b"]
)
texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
).map(encode_value)
entries = st.dictionaries(names, texts, max_size=5)

from_fixture = settings(
    max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def new_key():
    return hash_of(new_id())


async def values_of(store, key):
    record = await store.read(key)
    return None if record is None else dict(record.values)


async def test_no_session(case):
    async with case.open() as store:
        key = new_key()
        assert await store.read(key) is None
        assert await store.update(key, {"a": "1"}, ["b"], AGE) is False
        assert await store.update(key, {}, [], AGE, new_key=new_key()) is False
        assert await store.delete(key) is False
        assert await store.read(key) is None


async def test_session_is_kept(case):
    key = new_key()
    async with case.open() as store:
        await store.create(key, {"user": '"ann"', "cart": "[1, 2]"}, AGE)
        record = await store.read(key)
        assert record.values == {"user": '"ann"', "cart": "[1, 2]"}
        assert AGE - 30 < record.expires_in <= AGE


async def test_update_sets_removes_and_leaves_alone(case):
    key = new_key()
    async with case.open() as store:
        await store.create(key, {"a": "1", "b": "2", "c": "3"}, AGE)
        assert await store.update(key, {"b": "20", "d": "4"}, ["c", "never there"], AGE) is True
        assert await values_of(store, key) == {"a": "1", "b": "20", "d": "4"}
        assert await store.update(key, {}, [], AGE) is True
        assert await values_of(store, key) == {"a": "1", "b": "20", "d": "4"}


async def test_update_sets_the_end_anew(case):
    key = new_key()
    async with case.open() as store:
        await store.create(key, {"a": "1"}, 10)
        assert await store.update(key, {}, [], AGE) is True
        assert AGE - 30 < (await store.read(key)).expires_in <= AGE
        assert await store.update(key, {}, [], 20) is True
        assert (await store.read(key)).expires_in <= 20


async def test_session_without_entries_is_one(case):
    async with case.open() as store:
        key = new_key()
        await store.create(key, {}, AGE)
        assert await values_of(store, key) == {}
        assert await store.update(key, {"a": "1"}, [], AGE) is True
        assert await store.update(key, {}, ["a"], AGE) is True
        assert await values_of(store, key) == {}
        assert await store.update(key, {"b": "2"}, [], AGE) is True
        assert await values_of(store, key) == {"b": "2"}


async def test_deleted_is_gone(case):
    async with case.open() as store:
        key, other = new_key(), new_key()
        await store.create(key, {"a": "1"}, AGE)
        await store.create(other, {"a": "2"}, AGE)
        assert await store.delete(key) is True
        assert await store.delete(key) is False
        assert await store.update(key, {"b": "1"}, [], AGE) is False
        assert await store.update(key, {"b": "1"}, [], AGE, new_key=new_key()) is False
        assert await store.read(key) is None
        assert await values_of(store, other) == {"a": "2"}


async def test_new_key(case):
    async with case.open() as store:
        old, new = new_key(), new_key()
        await store.create(old, {"a": "1", "b": "2"}, 10)
        assert await store.update(old, {"c": "3"}, ["a"], AGE, new_key=new) is True
        assert await store.read(old) is None
        assert await values_of(store, new) == {"b": "2", "c": "3"}
        assert (await store.read(new)).expires_in > 10
        assert await store.update(old, {"d": "4"}, [], AGE) is False
        assert await store.update(new, {"d": "4"}, [], AGE) is True
        assert await store.delete(old) is False
        assert await values_of(store, new) == {"b": "2", "c": "3", "d": "4"}


async def test_expired_is_gone(case):
    async with case.open() as store:
        key, other, moved = new_key(), new_key(), new_key()
        await store.create(key, {"a": "1"}, 0.2)
        await store.create(other, {"a": "1"}, AGE)
        await store.update(other, {}, [], 0.2, new_key=moved)
        await case.wait(0.3)
        for gone in (key, moved):
            assert await store.read(gone) is None
            assert await store.update(gone, {"b": "2"}, [], AGE) is False
            assert await store.update(gone, {"b": "2"}, [], AGE, new_key=new_key()) is False
            assert await store.delete(gone) is False


async def test_update_of_no_time_ends(case):
    async with case.open() as store:
        for seconds in (0, -1):
            key = new_key()
            await store.create(key, {"a": "1"}, AGE)
            assert await store.update(key, {"b": "2"}, [], seconds) is True
            assert await store.read(key) is None


async def test_stores_share_sessions(case):
    key = new_key()
    async with case.open() as one, case.open() as other:
        await one.create(key, {"a": "1"}, AGE)
        assert await other.update(key, {"b": "2"}, [], AGE) is True
        assert await values_of(one, key) == {"a": "1", "b": "2"}


async def test_entered_again(case):
    key = new_key()
    store = case.open()
    async with store:
        async with store as same:
            assert same is store
            await store.create(key, {"a": "1"}, AGE)
        assert await values_of(store, key) == {"a": "1"}
    async with store:
        assert await values_of(store, key) == {"a": "1"}


@from_fixture
@given(entries=entries)
async def test_any_entries(case, entries):
    async with case.open() as store:
        key = new_key()
        await store.create(key, entries, AGE)
        assert await values_of(store, key) == entries
        changed = dict.fromkeys(entries, "0")
        assert await store.update(key, changed, [], AGE) is True
        assert await values_of(store, key) == changed
        assert await store.update(key, {}, list(entries), AGE) is True
        assert await values_of(store, key) == {}


async def test_large_entry(case):
    async with case.open() as store:
        key, large = new_key(), encode_value("x" * 1024 * 1024)
        await store.create(key, {"large": large}, AGE)
        assert await values_of(store, key) == {"large": large}


class Model:
    """A store that is plain to see: what each session has, and when it ends."""

    def __init__(self):
        self.sessions = {}
        self.now = 0

    def find(self, key):
        values, ends_at = self.sessions.get(key, (None, 0))
        return values if ends_at > self.now else None

    def create(self, key, values, age):
        self.sessions[key] = ({**values}, self.now + age)

    def update(self, key, values, removed, age, to):
        found = self.find(key)
        if found is None:
            return False
        del self.sessions[key]
        kept = {name: value for name, value in found.items() if name not in removed}
        self.sessions[to or key] = ({**kept, **values}, self.now + age)
        return True

    def delete(self, key):
        return self.sessions.pop(key, (None, 0))[1] > self.now


few_names = st.sampled_from(["a", "b", "c"])
few_entries = st.dictionaries(few_names, st.sampled_from(["1", "2"]))
which = st.integers(0, 3)
ages = st.integers(1, 4).map(lambda age: age * 100)

steps = st.lists(
    st.tuples(st.just("create"), which, few_entries, ages)
    | st.tuples(st.just("update"), which, few_entries, st.sets(few_names), ages, st.booleans())
    | st.tuples(st.just("delete"), which)
    | st.tuples(st.just("wait"), st.integers(1, 3).map(lambda pause: pause * 50)),
    max_size=20,
)


@from_fixture
@given(steps=steps)
async def test_against_a_model(case, steps):
    model, keys = Model(), [new_key() for _ in range(4)]
    async with case.open() as store:
        for name, *args in steps:
            if name == "wait":
                if case.kind.has_clock:
                    await case.wait(args[0])
                    model.now += args[0]
                continue
            place, *args = args
            key = keys[place]
            if name == "create":
                key = keys[place] = new_key()  # as no id is ever given twice
                model.create(key, *args)
                await store.create(key, *args)
            elif name == "update":
                values, removed, age, is_moved = args
                removed -= values.keys()
                to = new_key() if is_moved else None
                expected = model.update(key, values, removed, age, to)
                assert await store.update(key, values, removed, age, new_key=to) is expected
                assert to is None or model.find(to) == await values_of(store, to)
                keys[place] = to if expected and to else key
            else:
                assert await store.delete(key) is model.delete(key)
            for key in keys:
                assert await values_of(store, key) == model.find(key)


async def test_updates_at_once_lose_nothing(case):
    key = new_key()
    async with case.open() as one, case.open() as other:
        await one.create(key, {}, AGE)
        is_kept = []

        async def update(store, name):
            is_kept.append(await store.update(key, {name: "1", "last": f'"{name}"'}, [], AGE))

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(update, one, f"one {number}")
                tasks.start_soon(update, other, f"other {number}")
        assert is_kept == [True] * 40
        values = await values_of(one, key)
        assert len(values) == 41


@pytest.mark.parametrize("first", range(4))
async def test_deleted_is_never_revived(case, first):
    key = new_key()
    async with case.open() as one, case.open() as other:
        await one.create(key, {"a": "1"}, AGE)

        async def delete():
            await one.delete(key)
            assert await one.update(key, {"c": "3"}, [], AGE) is False

        async def update(store):
            await store.update(key, {"b": "2"}, [], AGE)

        async with anyio.create_task_group() as tasks:
            for place in range(4):
                if place == first:
                    tasks.start_soon(delete)
                tasks.start_soon(update, one)
                tasks.start_soon(update, other)
        assert await one.read(key) is None


@pytest.mark.parametrize("first", range(4))
async def test_update_beside_new_key_lands_or_is_refused(case, first):
    old, new = new_key(), new_key()
    kept = {"a": "1", "user": '"ann"'}
    async with case.open() as one, case.open() as other:
        await one.create(old, {"a": "1"}, AGE)

        async def move():
            assert await one.update(old, {"user": '"ann"'}, [], AGE, new_key=new) is True

        async def update(store, name):
            if await store.update(old, {name: "2"}, [], AGE):
                kept[name] = "2"

        async with anyio.create_task_group() as tasks:
            for place in range(4):
                if place == first:
                    tasks.start_soon(move)
                tasks.start_soon(update, one, f"one {place}")
                tasks.start_soon(update, other, f"other {place}")
        assert await values_of(one, new) == kept
        assert await one.read(old) is None


async def test_one_of_two_new_keys(case):
    old, new = new_key(), [new_key(), new_key()]
    moved = []
    async with case.open() as one, case.open() as other:
        await one.create(old, {"a": "1"}, AGE)

        async def move(store, key):
            if await store.update(old, {}, [], AGE, new_key=key):
                moved.append(key)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(move, one, new[0])
            tasks.start_soon(move, other, new[1])
        assert len(moved) == 1
        assert [await values_of(one, key) for key in new] == [{"a": "1"} if key in moved else None for key in new]
