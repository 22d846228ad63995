"""Sessions that have expired go, a few at a time, and no other."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import anyio
import pytest

from asgi_sessions import SQLiteSessionStore
from asgi_sessions._stored.file_connection import SCHEMA
from asgi_sessions._stored.session_file import SessionFile

AGE = 1000


@pytest.fixture(name="clock")
def clock_fixture(make_clock):
    return make_clock()


@pytest.fixture(name="store")
def store_fixture(tmp_path, clock):
    return SQLiteSessionStore(tmp_path / "sessions.sqlite3", clock=clock)


@pytest.fixture(name="rows")
def rows_fixture(store):
    def counts():
        with closing(sqlite3.connect(store.path)) as connection:
            tables = ("sessions", "entries")
            return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    return lambda: anyio.to_thread.run_sync(counts)


async def test_expired_sessions_are_swept_a_few_at_a_time(store, clock, rows):
    async with store:
        await store.create("kept", {"a": "1"}, 10 * AGE)
        for number in range(250):
            await store.create(f"old {number}", {"a": "1", "b": "2"}, 10)
        assert await rows() == [251, 501]
        clock.now += 61
        left = []
        for write in (
            store.create("new", {"a": "1"}, AGE),
            store.update("new", {}, [], AGE),
            store.delete("none"),
        ):
            await write
            left.append(await rows())
        assert left == [[152, 302], [52, 102], [2, 2]]


async def test_they_are_looked_for_once_a_minute(store, clock, rows):
    async with store:
        await store.create("first", {"a": "1"}, 10)
        clock.now += 59
        await store.create("kept", {"a": "1"}, AGE)
        assert await rows() == [2, 2]
        await store.read("kept")
        clock.now += 1
        assert await rows() == [2, 2]
        await store.update("kept", {}, [], AGE)
        assert await rows() == [1, 1]


async def test_clock_that_is_set_back(store, clock, rows):
    async with store:
        await store.create("first", {}, 10)
        clock.now += 20
        clock.now -= 10_000
        await store.create("second", {}, 10)
        clock.now += 10_030
        await store.create("third", {}, AGE)
        assert await rows() == [1, 0]


def test_file_that_another_process_makes_meanwhile(tmp_path):
    path = str(tmp_path / "sessions.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            other.execute(statement)
        commit = threading.Timer(0.2, other.execute, ("COMMIT",))
        commit.start()
        file = SessionFile(path, 60, time.time)
        file.create("key", {"a": "1"}, AGE)  # waits, having seen that nothing was there
        commit.join()
        assert file.read("key").values == {"a": "1"}
        file.close()
