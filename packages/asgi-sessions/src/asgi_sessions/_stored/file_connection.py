"""A connection to the SQLite file of the sessions, which is made where there is none. All of it blocks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic, sleep
from typing import Final

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


class FileConnection:
    """One connection to the file at ``path``, opened when it is needed, and again after an error.

    One thread at a time uses it. ``timeout`` is how many seconds to wait for others that have locked the file.
    ``check`` is called before the file is opened, and raises if it is not to be.
    """

    def __init__(self, path: str, timeout: float, check: Callable[[], None]) -> None:
        self._path = path
        self.timeout = timeout
        self._check = check
        self.lock = Lock()
        self.is_stale = False  # as another one has failed: what is at the path may be another file now
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def opened(self) -> Generator[sqlite3.Connection]:
        """The connection, for the thread that is inside."""
        with self.lock:
            if self.is_stale:
                self.close()
            try:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
            except sqlite3.Error:
                self.close()  # the file may be another one, or sound again, when it is opened next
                raise

    def close(self) -> None:
        """Close it; to be called with the lock."""
        self.is_stale = False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        with suppress(FileExistsError):  # to open one that is there, and close it, would undo locks of this process
            # SQLite gives the files beside it the same mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._check()
        connection = sqlite3.connect(self._path, timeout=self.timeout, isolation_level=None, check_same_thread=False)
        try:
            _use_wal(connection, monotonic() + self.timeout)
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
