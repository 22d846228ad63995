"""A process that forks has no file of sessions open at that moment, and neither has its child."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time

import pytest

from asgi_sessions._stored.fork_watch import watch_forks
from asgi_sessions._stored.session_file import SessionFile

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="There is no fork here.")

FORK = """
import os, sys
import anyio
from asgi_sessions import SQLiteSessionStore

store = SQLiteSessionStore(sys.argv[1])

def is_open():
    return not store._file.writer._connection is store._file.reader._connection is None

async def use(name):
    assert await store.update("key", {name: "1"}, [], 1000)
    return sorted((await store.read("key")).values)

async def with_store(name):
    async with store:
        used = await use(name)
    assert not is_open()
    return used

async def preload():
    await store.create("key", {}, 1000)
    return await use("before")

print(anyio.run(preload), flush=True)
assert is_open()
child = os.fork()
assert not is_open()
if child == 0:
    print(anyio.run(with_store, "child"), flush=True)
    sys.exit()
print(anyio.run(use, "parent"), flush=True)
assert os.waitpid(child, 0)[1] == 0
print(anyio.run(with_store, "after"))
"""

INSIDE = """
import os, sys
import anyio
from asgi_sessions import SQLiteSessionStore

async def main():
    store = SQLiteSessionStore(sys.argv[1])
    async with store, store:
        await store.create("key", {}, 1000)
        if os.fork() == 0:
            assert store._file.users == 0
            os._exit(0)
        assert os.wait()[1] == 0
        assert store._file.users == 2
        assert await store.update("key", {"a": "1"}, [], 1000)
    assert store._file.writer._connection is store._file.reader._connection is None
    store._file.users = 0
    await store.__aexit__(None, None, None)
    print(store._file.users)

anyio.run(main)
"""

WAITING = """
import os, sqlite3, sys, threading, time
from asgi_sessions._stored.session_file import SessionFile

file = SessionFile(sys.argv[1], 60, time.time)
file.create("key", {}, 1000)
other = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
other.execute("BEGIN IMMEDIATE")
updating = threading.Thread(target=file.update, args=("key", {"a": "1"}, [], 1000, None))
updating.start()
while not file.writer.lock.locked():
    time.sleep(0.01)
threading.Timer(0.2, other.execute, ("ROLLBACK",)).start()
child = os.fork()
assert file.writer._connection is None
values = file.read("key").values
if child == 0:
    os._exit(0 if values == {"a": "1"} else 1)
assert os.waitpid(child, 0)[1] == 0
updating.join()
print(values)
"""


def run(script, path):
    # From Python 3.12 on a fork beside threads is warned of: here it is the point.
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", script, str(path)]
    process = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


def test_fork_while_it_is_open(tmp_path):
    lines = run(FORK, tmp_path / "sessions.sqlite3")
    assert len(lines) == 4
    assert lines[0] == "['before']"
    assert lines[-1] == "['after', 'before', 'child', 'parent']"


def test_fork_inside_of_a_store(tmp_path):
    assert run(INSIDE, tmp_path / "sessions.sqlite3") == ["0"]


def test_fork_waits_for_a_thread_that_writes(tmp_path):
    assert run(WAITING, tmp_path / "sessions.sqlite3") == ["{'a': '1'}"]


def test_session_file_waits_for_the_fork(tmp_path):
    file = SessionFile(str(tmp_path / "sessions.sqlite3"), 5, time.time)
    for is_child, users in ((False, 2), (True, 0)):
        file.users = 2
        file.open()
        file.read("key")
        file.before_fork()
        for connection in (file.writer, file.reader):
            assert connection._connection is None
            assert connection.lock.locked()
        file.after_fork(is_child=is_child)
        assert file.users == users
        assert not file.writer.lock.locked()
        assert not file.reader.lock.locked()
        assert file.read("key") is None
    file.close()


def test_who_is_gone_is_told_nothing(monkeypatch):
    told, hooks = [], {}
    monkeypatch.setattr(os, "register_at_fork", hooks.update)

    class Subject:
        def before_fork(self):
            told.append("before")

        def after_fork(self, is_child):
            told.append("child" if is_child else "parent")

    subject = Subject()
    watch_forks(subject)
    for name in ("before", "after_in_parent", "after_in_child"):
        hooks[name]()
    assert told == ["before", "parent", "child"]
    del subject
    gc.collect()
    hooks["before"]()
    assert told == ["before", "parent", "child"]
