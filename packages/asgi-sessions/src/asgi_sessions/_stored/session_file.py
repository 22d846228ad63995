"""Sessions in an SQLite file, as one process reads and writes them. All of it blocks, and runs in worker threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from logging import getLogger
from typing import Final

from .file_access import check_access
from .file_connection import FileConnection
from .fork_watch import watch_forks
from .session_store import SessionRecord

SWEEP_PAUSE: Final = 60.0
"""Seconds between two looks for sessions that have expired, if the first one found few."""

SWEPT_AT_ONCE: Final = 100
"""Sessions that are removed at most with one write: so they go faster than they come."""


class SessionFile:
    """The connections of this process to the file at ``path``: one that writes, and one to read meanwhile.

    ``users`` counts those who want it open. ``timeout`` is how many seconds to wait for another process that writes;
    ``clock`` gives the time in seconds, the same to all processes.
    """

    def __init__(self, path: str, timeout: float, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self.users = 0
        self.writer = FileConnection(path, timeout, self._check)
        self.reader = FileConnection(path, timeout, self._check)
        self._has_warned = False
        self._swept_at = float("-inf")
        watch_forks(self)

    def open(self) -> None:
        """Open the file, and make it if there is none."""
        with self._connected(self.writer):
            pass

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        for connection in (self.writer, self.reader):
            with connection.lock:
                connection.close()

    # SQLite knows by process what it has locked, and a child takes its parent's locks for its own. So nothing is open
    # while a process forks, and both open the file again.

    def before_fork(self) -> None:
        """Wait for the threads that use the connections, and close them."""
        for connection in (self.writer, self.reader):
            connection.lock.acquire()
            connection.close()

    def after_fork(self, is_child: bool) -> None:
        """Let them be used again."""
        if is_child:
            self.users = 0
        for connection in (self.writer, self.reader):
            connection.lock.release()

    def read(self, key: str) -> SessionRecord | None:
        """See `SessionStore.read`."""
        with self._connected(self.reader) as connection:
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

    def _check(self) -> None:
        problem = check_access(self._path)
        if problem is not None and not self._has_warned:
            self._has_warned = True
            getLogger("asgi_sessions").warning("The sessions are not safe: %s", problem)

    @contextmanager
    def _connected(self, which: FileConnection) -> Generator[sqlite3.Connection]:
        try:
            with which.opened() as connection:
                yield connection
        except sqlite3.Error:
            self.writer.is_stale = self.reader.is_stale = True  # so that both have the same file again
            raise

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._connected(self.writer) as connection, connection:  # which commits, or rolls back
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
