"""Sessions in an SQLite file, as one process reads and writes them. All of it blocks, and runs in worker threads."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic, sleep
from typing import Final

from .fork_watch import watch_forks
from .session_store import SessionRecord

VERSION: Final = 1

# An entry has a row of its own, so that an update writes what it changes and nothing else, in a transaction that never
# reads a session; and a new key is one row, whatever is inside. No number of a session is given a second time, and a
# trigger removes the entries, not a foreign key, which only those heed who ask for it: no entry ever gets into another
# session, be it that somebody deletes sessions by hand.
SCHEMA: Final = (
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, ends_at REAL NOT NULL)",
    "CREATE INDEX sessions_by_end ON sessions (ends_at)",
    "CREATE TABLE entries (session INTEGER, name BLOB, value TEXT NOT NULL, PRIMARY KEY (session, name))",
    "CREATE TRIGGER entries_end AFTER DELETE ON sessions BEGIN DELETE FROM entries WHERE session = OLD.id; END",
    f"PRAGMA user_version = {VERSION}",
)

SWEEP_PAUSE: Final = 60.0
"""Seconds between two looks for sessions that have expired, if the first one found few."""

SWEPT_AT_ONCE: Final = 100
"""Sessions that are removed at most with one write: so they go faster than they come."""


class SessionFile:
    """The connection of this process to the file at ``path``, opened when it is needed, and again after an error.

    One thread at a time uses it, and ``users`` counts those who want it open. ``timeout`` is how many seconds to wait
    for another process that writes; ``clock`` gives the time in seconds, the same to all processes.
    """

    def __init__(self, path: str, timeout: float, clock: Callable[[], float]) -> None:
        self._path = path
        self._timeout = timeout
        self._clock = clock
        self.users = 0
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._swept_at = float("-inf")
        watch_forks(self)

    def open(self) -> None:
        """Open the file, and make it if there is none."""
        with self._connected():
            pass

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._disconnect()

    # SQLite knows by process what it has locked, and a child takes its parent's locks for its own. So nothing is open
    # while a process forks, and both open the file again.

    def before_fork(self) -> None:
        """Wait for the thread that uses the connection, and close it."""
        self._lock.acquire()
        self._disconnect()

    def after_fork(self, is_child: bool) -> None:
        """Let it be used again."""
        if is_child:
            self.users = 0
        self._lock.release()

    def read(self, key: str) -> SessionRecord | None:
        """See `SessionStore.read`."""
        with self._connected() as connection:
            now = self._clock()
            rows = connection.execute(
                "SELECT ends_at, name, value FROM sessions LEFT JOIN entries ON session = id "
                "WHERE key = ? AND ends_at > ?",
                (key, now),
            ).fetchall()
        if not rows:
            return None
        values = {_text(name): value for _, name, value in rows if name is not None}
        return SessionRecord(values, rows[0][0] - now)

    def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        """See `SessionStore.create`."""
        with self._writing() as connection:
            ends_at = self._clock() + expires_in
            created = connection.execute("INSERT INTO sessions (key, ends_at) VALUES (?, ?)", (key, ends_at))
            assert created.lastrowid is not None
            _set(connection, created.lastrowid, values)

    def update(
        self, key: str, values: Mapping[str, str], removed: Collection[str], expires_in: float, new_key: str | None
    ) -> bool:
        """See `SessionStore.update`."""
        with self._writing() as connection:
            now = self._clock()
            found = connection.execute("SELECT id FROM sessions WHERE key = ? AND ends_at > ?", (key, now)).fetchone()
            if found is None:
                return False
            session: int = found[0]
            connection.execute(
                "UPDATE sessions SET key = ?, ends_at = ? WHERE id = ?", (new_key or key, now + expires_in, session)
            )
            connection.executemany(
                "DELETE FROM entries WHERE session = ? AND name = ?",
                [(session, _bytes(name)) for name in removed],
            )
            _set(connection, session, values)
            return True

    def delete(self, key: str) -> bool:
        """See `SessionStore.delete`."""
        with self._writing() as connection:
            # One that has expired is swept in time.
            gone = connection.execute("DELETE FROM sessions WHERE key = ? AND ends_at > ?", (key, self._clock()))
            return gone.rowcount > 0

    @contextmanager
    def _connected(self) -> Generator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
            except sqlite3.Error:
                self._disconnect()  # the file may be another one, or sound again, when it is opened next
                raise

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._connected() as connection, connection:  # which commits, or rolls back
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            self._sweep(connection)

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Remove sessions that have expired: some now, and more with the next write if there are."""
        now = self._clock()
        if 0 <= now - self._swept_at < SWEEP_PAUSE:
            return
        swept = connection.execute(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ends_at <= ? LIMIT ?)",
            (now, SWEPT_AT_ONCE),
        ).rowcount
        if swept < SWEPT_AT_ONCE:
            self._swept_at = now

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        with suppress(FileExistsError):  # to open one that is there, and close it, would undo locks of this process
            # SQLite gives the files beside it the same mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False)
        try:
            _use_wal(connection, monotonic() + self._timeout)
            connection.execute("PRAGMA synchronous = NORMAL")
            if _version(connection) != VERSION:
                _make(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _use_wal(connection: sqlite3.Connection, deadline: float) -> None:
    """Let reading and writing not wait for each other. SQLite itself does not wait where several begin with it."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _make(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        version = _version(connection)
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"its version is {version}, and not {VERSION}; give another path")
        for statement in SCHEMA if version == 0 else ():  # else another process has made it meanwhile
            connection.execute(statement)


def _set(connection: sqlite3.Connection, session: int, values: Mapping[str, str]) -> None:
    connection.executemany(
        "INSERT INTO entries (session, name, value) VALUES (?, ?, ?) "
        "ON CONFLICT (session, name) DO UPDATE SET value = excluded.value",
        [(session, _bytes(name), value) for name, value in values.items()],
    )


# SQLite has no text with NUL or half of a character in it; a name may be any.


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")
