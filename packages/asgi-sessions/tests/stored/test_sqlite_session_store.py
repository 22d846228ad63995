"""Sessions in a file: of several processes, after a fork, when it is locked, full or damaged."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import anyio
import pytest

from asgi_sessions import SessionStoreUnavailable, SQLiteSessionStore, StoredSessionMiddleware

AGE = 1000


def run_script(script, *args):
    """Begin a program of its own."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def output(process):
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    return tmp_path / "sessions.sqlite3"


@pytest.fixture(name="store")
def store_fixture(path):
    return SQLiteSessionStore(path, timeout=0.2)


@pytest.fixture(name="by_hand")
def by_hand_fixture(path):
    """What SQL gives, on a connection of its own, in a thread."""

    def by_hand(*statements):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            return [connection.execute(statement).fetchall() for statement in statements][-1]

    return lambda *statements: anyio.to_thread.run_sync(by_hand, *statements)


@pytest.mark.parametrize("path", [":memory:", ""])
def test_path_of_no_file(path):
    with pytest.raises(ValueError, match="MemorySessionStore"):
        SQLiteSessionStore(path)


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_timeout_of_no_time(timeout):
    with pytest.raises(ValueError, match="above 0"):
        SQLiteSessionStore("sessions.sqlite3", timeout=timeout)


def test_path_is_that_of_the_time_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert SQLiteSessionStore("a.sqlite3").path == str(tmp_path / "a.sqlite3")
    assert list(tmp_path.iterdir()) == []


async def test_works_without_a_lifespan(path, store, drive):
    async def app(scope, receive, send):
        scope["session"]["a"] = 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    answer = await drive.request(StoredSessionMiddleware(app, store))
    assert "set-cookie" in answer.headers
    async with store:  # to close it
        pass


async def test_closed_at_the_last_exit(path, store):
    async with store:
        async with store:
            pass
        assert await anyio.Path(f"{path}-wal").exists()
    assert not await anyio.Path(f"{path}-wal").exists()


async def test_mode(path, store):
    async with store:
        await store.create("key", {"a": "1"}, AGE)
        for name in (path, f"{path}-wal", f"{path}-shm"):
            assert (await anyio.Path(name).stat()).st_mode & 0o777 == 0o600
    await anyio.Path(path).chmod(0o640)
    async with store:
        assert (await anyio.Path(path).stat()).st_mode & 0o777 == 0o640


async def test_what_is_set(store, by_hand):
    async with store:
        assert await by_hand("PRAGMA journal_mode") == [("wal",)]
        assert await by_hand("PRAGMA user_version") == [(1,)]


async def test_deleted_by_hand(store, by_hand):
    async with store:
        await store.create("one", {"a": "1"}, AGE)
        await store.create("other", {"a": "2"}, AGE)
        await by_hand("DELETE FROM sessions WHERE key = 'one'")
        assert await by_hand("SELECT name, value FROM entries") == [(b"a", "2")]
        await store.delete("other")
        await store.create("third", {}, AGE)
        assert (await store.read("third")).values == {}
        assert await by_hand("SELECT id FROM sessions") == [(3,)]


@pytest.fixture(name="locked")
def locked_fixture(store, path):
    """A store whose file another connection has locked, until it is told to let go."""
    store_is_made, may_go, has_gone = threading.Event(), threading.Event(), threading.Event()

    def lock():
        store_is_made.wait()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            is_locked.set()
            may_go.wait()
            connection.execute("ROLLBACK")
        has_gone.set()

    is_locked = threading.Event()
    thread = threading.Thread(target=lock)
    thread.start()

    class Locked:
        async def lock(self):
            store_is_made.set()
            await anyio.to_thread.run_sync(is_locked.wait)

        async def unlock(self):
            may_go.set()
            await anyio.to_thread.run_sync(has_gone.wait)

    yield Locked()
    store_is_made.set()
    may_go.set()
    thread.join()


async def test_locked_for_too_long(store, locked, caplog):
    async with store:
        await store.create("key", {"a": "1"}, AGE)
        await locked.lock()
        for call in (store.update("key", {"a": "2"}, [], AGE), store.create("b", {}, AGE), store.delete("key")):
            with pytest.raises(SessionStoreUnavailable) as caught:
                await call
            await store.read("key")
            assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert (await store.read("key")).values == {"a": "1"}  # reading waits for nobody
        await locked.unlock()
        assert await store.update("key", {"a": "3"}, [], AGE) is True
    error, again = caplog.messages
    assert error == f"The sessions in {store.path} cannot be used: OperationalError: database is locked"
    assert again == f"The sessions in {store.path} can be used again."


async def test_reading_waits_for_nobody(path, locked):
    store = SQLiteSessionStore(path, timeout=60)
    async with store:
        await store.create("key", {"a": "1"}, AGE)
        await locked.lock()
        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(store.update, "key", {f"{number}": "2"}, [], AGE)
            await anyio.sleep(0.05)  # until one of them has the connection and waits for the lock
            with anyio.fail_after(20):
                for _ in range(5):
                    assert (await store.read("key")).values == {"a": "1"}
            await locked.unlock()
        assert len((await store.read("key")).values) == 6


async def test_locked_while_it_is_made(store, locked):
    await locked.lock()
    with pytest.raises(SessionStoreUnavailable) as caught:
        await store.read("key")
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    store.timeout = store._file.writer.timeout = 60
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.create, "key", {"a": "1"}, AGE)
        await anyio.sleep(0.05)
        await locked.unlock()
    async with store:
        assert (await store.read("key")).values == {"a": "1"}


async def test_who_waits_for_those_who_wait_gives_up_as_well(store, locked):
    causes = []

    async def update():
        with pytest.raises(SessionStoreUnavailable) as caught:
            await store.update("key", {"a": "2"}, [], AGE)
        causes.append(type(caught.value.__cause__))

    async with store:
        await locked.lock()
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(update)
        await locked.unlock()
    assert len(causes) == 20
    assert causes.count(TimeoutError) >= 15


async def test_cancelled_while_it_works(path, locked):
    store = SQLiteSessionStore(path, timeout=60)
    async with store:
        await store.create("key", {"a": "1"}, AGE)
        await locked.lock()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(store.update, "key", {"a": "2"}, [], AGE)
            await anyio.sleep(0.05)
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await locked.unlock()
        assert (await store.read("key")).values == {"a": "2"}


@pytest.mark.parametrize("content", [b"no database at all" * 1000, b"SQLite format 3\0" + b"x" * 5000])
async def test_damaged_file(path, content, caplog):
    store = SQLiteSessionStore(path)
    await anyio.Path(path).write_bytes(content)
    await anyio.Path(path).chmod(0o600)
    with pytest.raises(SessionStoreUnavailable) as caught:
        await store.read("key")
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
    with pytest.raises(SessionStoreUnavailable):
        async with store:
            pytest.fail("It is not entered.")
    assert await anyio.Path(path).read_bytes() == content
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"The sessions in {path} cannot be used: DatabaseError: ")
    await anyio.Path(path).unlink()
    async with store:
        await store.create("key", {"a": "1"}, AGE)
        assert (await store.read("key")).values == {"a": "1"}


async def test_file_that_is_damaged_while_it_is_used(path, store):
    async with store:
        await store.create("key", {"a": "1"}, AGE)
    async with store:
        await anyio.Path(path).write_bytes(b"no database at all" * 1000)
        with pytest.raises(SessionStoreUnavailable):
            await store.read("key")
        for name in (path, f"{path}-wal", f"{path}-shm"):
            await anyio.Path(name).unlink(missing_ok=True)
        await store.create("key", {"a": "2"}, AGE)
        assert (await store.read("key")).values == {"a": "2"}


@pytest.mark.parametrize("which", ["writer", "reader"])
async def test_both_connections_are_of_the_same_file_after_an_error(path, store, which):
    async def write():
        with pytest.raises(SessionStoreUnavailable):
            await store.create("key", {}, AGE)  # which is there

    async def read():
        with pytest.raises(SessionStoreUnavailable):
            await store.read(object())

    async with store:
        await store.create("key", {"a": "1"}, AGE)
        assert (await store.read("key")).values == {"a": "1"}
        for name in (path, f"{path}-wal", f"{path}-shm"):  # which nobody should do
            await anyio.Path(name).unlink()
        await (write() if which == "writer" else read())
        assert await store.read("key") is None
        await store.create("key", {"a": "2"}, AGE)
        assert (await store.read("key")).values == {"a": "2"}


async def test_file_of_a_later_version(store, by_hand, caplog):
    async with store:
        pass
    await by_hand("PRAGMA user_version = 2")
    with pytest.raises(SessionStoreUnavailable):
        await store.read("key")
    assert caplog.messages[0].endswith("DatabaseError: its version is 2, and not 1; give another path")
    assert await by_hand("PRAGMA user_version") == [(2,)]


async def test_database_of_something_else(path, store, by_hand, caplog):
    await by_hand("CREATE TABLE sessions (a)")
    await anyio.Path(path).chmod(0o600)
    with pytest.raises(SessionStoreUnavailable):
        await store.read("key")
    assert caplog.messages[0].endswith("OperationalError: table sessions already exists")
    assert await by_hand("SELECT name FROM sqlite_master") == [("sessions",)]


OTHER_PROCESS = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM entries'); c.close()"


async def test_another_store_of_the_process_leaves_the_locks_of_the_first(path):
    async with SQLiteSessionStore(path) as one:
        await one.create("key", {"a": "1"}, AGE)
        async with SQLiteSessionStore(path) as other:
            assert (await other.read("key")).values == {"a": "1"}
        await anyio.run_process([sys.executable, "-c", OTHER_PROCESS, str(path)])
        assert await anyio.Path(f"{path}-wal").exists()  # which the last to leave takes away
        assert (await one.read("key")).values == {"a": "1"}


async def test_no_directory(tmp_path, caplog):
    for path in (tmp_path / "none" / "a.sqlite3", tmp_path):
        store = SQLiteSessionStore(path)
        with pytest.raises(SessionStoreUnavailable):
            await store.create("key", {}, AGE)
    assert "FileNotFoundError" in caplog.messages[0]
    assert "unable to open database file" in caplog.messages[1]


FULL_DISK = """
import resource, signal, sys
import anyio
from asgi_sessions import SessionStoreUnavailable, SQLiteSessionStore

async def main(path):
    async with SQLiteSessionStore(path) as store:
        kept = []
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
        try:
            for number in range(100):
                await store.create(str(number), {"a": '"' + "x" * 50_000 + '"', "b": "1"}, 1000)
                kept.append(number)
        except SessionStoreUnavailable as error:
            print(type(error.__cause__).__name__, file=sys.stderr)
        assert 5 < len(kept) < 50
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert await store.read(str(len(kept))) is None
        await store.create("again", {"a": "1"}, 1000)
        for number in kept:
            assert len((await store.read(str(number))).values["a"]) == 50_002
        print(len(kept))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
anyio.run(main, sys.argv[1])
"""


def test_full_disk(path):
    assert int(output(run_script(FULL_DISK, path))) > 5
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


UPDATES = """
import sys
import anyio
from asgi_sessions import SQLiteSessionStore

async def main(path, name):
    store = SQLiteSessionStore(path, timeout=60)
    async def work(task):
        for number in range(15):
            assert await store.update("key", {f"{name} {task} {number}": "1", "last": "1"}, [], 1000)
            ended = await store.update("ended", {"a": name}, [], 1000)
            assert not ended
    async with store:
        print("ready", flush=True)
        sys.stdin.readline()
        async with anyio.create_task_group() as tasks:
            for task in range(4):
                tasks.start_soon(work, task)

anyio.run(main, *sys.argv[1:])
"""


def test_processes_lose_nothing(path):
    command = [sys.executable, "-W", "error", "-c", UPDATES, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, name], **pipes) for name in "abc"]  # which all make the file at once
    for process in processes:
        assert process.stdout.readline() == "ready\n"

    async def begin():
        async with SQLiteSessionStore(path, timeout=60) as store:
            await store.create("key", {}, AGE)
            await store.create("ended", {}, AGE)
            await store.delete("ended")

    anyio.run(begin)
    for process in processes:
        process.communicate("\n", timeout=120)
        assert process.returncode == 0

    async def count():
        async with SQLiteSessionStore(path) as store:
            return len((await store.read("key")).values), await store.read("ended")

    assert anyio.run(count) == (3 * 4 * 15 + 1, None)


def test_two_event_loops_of_one_process(path):
    store = SQLiteSessionStore(path, timeout=60)

    async def work(name):
        async with store:
            for number in range(20):
                assert await store.update("key", {f"{name} {number}": "1"}, [], AGE)

    async def begin():
        await store.create("key", {}, AGE)

    async def count():
        async with store:
            return len((await store.read("key")).values)

    anyio.run(begin)
    threads = [
        threading.Thread(target=anyio.run, args=(work, backend), kwargs={"backend": backend})
        for backend in ("asyncio", "trio")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert anyio.run(count) == 40
