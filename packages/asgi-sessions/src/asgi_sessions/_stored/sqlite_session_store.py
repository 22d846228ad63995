"""Sessions in an SQLite file, for all processes of one machine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from logging import getLogger
from pathlib import Path
from time import monotonic, time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, TypeVarTuple

from .session_file import SessionFile
from .session_store import SessionRecord
from .session_store_unavailable import SessionStoreUnavailable

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class SQLiteSessionStore:
    """Keeps sessions in the file at ``path``, which all processes of one machine may use at the same time.

    The file is made with mode 0600 if it is not there, with two others beside it while it is used (``-wal`` and
    ``-shm``), in a directory that must be there, on a local disk. One that others may read, or that belongs to another
    user, is warned of; one that others may write to is not used. Each process has two connections, one that writes and
    one to read meanwhile, each used in worker threads. Who waits longer than ``timeout`` seconds, 5 by default, for
    others that write or use the connection, gets `SessionStoreUnavailable`; so does who meets a full disk, or a file
    that is damaged or no database of sessions. The cause is logged once until it is over. When the application starts,
    it ends the start.

    A power cut may lose what was saved in the last moments, but never damages the file; a process that is killed loses
    nothing (``synchronous=NORMAL`` of SQLite's write-ahead log). Sessions that have expired are removed as others are
    written. ``clock`` gives Unix time in seconds, the same to all processes.

    Raises `ValueError` for ``":memory:"`` and a ``timeout`` of 0 and less.

    >>> from asgi_sessions import StoredSessionMiddleware
    >>> from asgi_types import Response
    >>> app = StoredSessionMiddleware(Response("Hello"), SQLiteSessionStore("sessions.sqlite3"))
    """

    def __init__(
        self, path: str | os.PathLike[str], *, timeout: float = 5.0, clock: Callable[[], float] = time
    ) -> None:
        if os.fspath(path) in (":memory:", ""):
            raise ValueError(f"The path {path!r} names no file: MemorySessionStore() keeps sessions in memory.")
        if not 0 < timeout < float("inf"):
            raise ValueError(f"A time limit is a number of seconds above 0, not {timeout!r}.")
        self.path: str = str(Path(path).absolute())  # whatever directory the process works in later
        self.timeout = timeout
        self._file = SessionFile(self.path, timeout, clock)
        self._limiters: RunVar[tuple[CapacityLimiter, CapacityLimiter]] | None = None
        self._has_failed = False

    async def read(self, key: str) -> SessionRecord | None:
        """See `SessionStore.read`."""
        return await self._run(self._file.read, key, is_reading=True)

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        """See `SessionStore.create`."""
        await self._run(self._file.create, key, values, expires_in)

    async def update(
        self,
        key: str,
        values: Mapping[str, str],
        removed: Collection[str],
        expires_in: float,
        *,
        new_key: str | None = None,
    ) -> bool:
        """See `SessionStore.update`."""
        return await self._run(self._file.update, key, values, removed, expires_in, new_key)

    async def delete(self, key: str) -> bool:
        """See `SessionStore.delete`."""
        return await self._run(self._file.delete, key)

    async def __aenter__(self) -> Self:
        await self._run(self._file.open)
        self._file.users += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from anyio import CancelScope, to_thread

        self._file.users -= 1
        if self._file.users <= 0:  # less in a child that was forked inside
            self._file.users = 0
            with CancelScope(shield=True):
                await to_thread.run_sync(self._file.close, limiter=self._limiter(is_reading=False))

    async def _run(self, work: Callable[[*Arguments], Result], *args: *Arguments, is_reading: bool = False) -> Result:
        """Do this in a thread, which ends what it has begun even if the task is cancelled."""
        from anyio import to_thread

        limiter = self._limiter(is_reading=is_reading)
        return await to_thread.run_sync(self._do, monotonic() + self.timeout, work, *args, limiter=limiter)

    def _do(self, deadline: float, work: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        try:
            if monotonic() > deadline:
                raise TimeoutError("others have used it for too long")
            result = work(*args)
        except (sqlite3.Error, OSError) as error:
            self._tell(error)
            raise SessionStoreUnavailable from error
        if self._has_failed and work not in (self._file.open, self._file.read):  # which a full disk lets through
            self._has_failed = False
            getLogger("asgi_sessions").warning("The sessions in %s can be used again.", self.path)
        return result

    def _tell(self, error: Exception) -> None:
        if not self._has_failed:
            self._has_failed = True
            cause = f"{type(error).__name__}: {error}"
            getLogger("asgi_sessions").error("The sessions in %s cannot be used: %s", self.path, cause)

    def _limiter(self, *, is_reading: bool) -> CapacityLimiter:
        """One thread to write and one to read on each event loop, which are not those that AnyIO lends to others."""
        from anyio import CapacityLimiter
        from anyio.lowlevel import RunVar

        if self._limiters is None:
            self._limiters = RunVar("asgi_sessions.sqlite")
        limiters = self._limiters.get(None)
        if limiters is None:
            limiters = CapacityLimiter(1), CapacityLimiter(1)
            self._limiters.set(limiters)
        return limiters[is_reading]
