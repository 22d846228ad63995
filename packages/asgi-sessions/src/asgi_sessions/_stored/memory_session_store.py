"""Sessions in the memory of one process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from heapq import heapify, heappop, heappush
from logging import getLogger
from time import monotonic
from types import TracebackType
from typing import ClassVar, Final, NamedTuple, Self

from .session_store import SessionRecord
from .session_store_unavailable import SessionStoreUnavailable

SWEPT_AT_ONCE: Final = 4
"""Sessions that are looked at for their end whenever one is added: so they go faster than they come."""


class MemorySessionStore:
    """Keeps sessions in this process, on one event loop: for tests, development, and what may be lost at its end.

    It keeps at most ``max_sessions``, 100,000 by default. Where there are as many, none of which has expired, who is
    signed in stays so, and a new one is refused by `SessionStoreUnavailable`, which is logged once. A session takes
    about 600 bytes and what is in it. ``clock`` gives seconds and must never go back.

    Raises `ValueError` for ``max_sessions`` below 1.

    >>> import asyncio
    >>> store = MemorySessionStore()
    >>> asyncio.run(store.create("key", {"user": '"ann"'}, 60))
    >>> asyncio.run(store.read("key")).values, len(store)
    ({'user': '"ann"'}, 1)
    """

    _never_waits: ClassVar[bool] = True
    """Of this class, and not of those made of it: a call is done at once, so that nobody is cancelled meanwhile."""

    def __init__(self, *, max_sessions: int = 100_000, clock: Callable[[], float] = monotonic) -> None:
        if max_sessions < 1:
            raise ValueError(f"max_sessions is 1 or more, not {max_sessions}.")
        self.max_sessions = max_sessions
        self._clock = clock
        self._sessions: dict[str, _Kept] = {}
        # When each session ends, the first first, and among them ends that do not count any more.
        self._ends: list[tuple[float, str]] = []
        self._has_told = False

    def __len__(self) -> int:
        """How many sessions there are, with those that have expired and were not swept yet."""
        return len(self._sessions)

    async def read(self, key: str) -> SessionRecord | None:
        """See `SessionStore.read`."""
        now = self._clock()
        kept = self._find(key, now)
        return None if kept is None else SessionRecord(dict(kept.values), kept.ends_at - now)

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        """See `SessionStore.create`."""
        now = self._clock()
        self._make_room(now)
        self._keep(key, _Kept(dict(values), now + expires_in))

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
        now = self._clock()
        kept = self._find(key, now)
        if kept is None:
            return False
        for name in removed:
            kept.values.pop(name, None)
        kept.values.update(values)
        del self._sessions[key]
        self._keep(key if new_key is None else new_key, _Kept(kept.values, now + expires_in))
        return True

    async def delete(self, key: str) -> bool:
        """See `SessionStore.delete`."""
        was_there = self._find(key, self._clock()) is not None
        self._sessions.pop(key, None)
        return was_there

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """There is nothing to end: what is kept stays."""

    def _find(self, key: str, now: float) -> _Kept | None:
        kept = self._sessions.get(key)
        return kept if kept is not None and kept.ends_at > now else None

    def _keep(self, key: str, kept: _Kept) -> None:
        self._sessions[key] = kept
        if len(self._ends) > 2 * len(self._sessions) + 64:  # most do not count any more
            self._ends = [(kept.ends_at, key) for key, kept in self._sessions.items()]
            heapify(self._ends)
        else:
            heappush(self._ends, (kept.ends_at, key))

    def _make_room(self, now: float) -> None:
        """Forget some of the sessions that have expired, or all of them where there is no room."""
        swept = 0
        while self._ends and self._ends[0][0] <= now and (swept < SWEPT_AT_ONCE or self._is_full()):
            self._drop_first()
            swept += 1
        if not self._is_full():
            return
        if not self._has_told:
            self._has_told = True
            getLogger("asgi_sessions").warning(
                "There are %d sessions in memory, as many as there may be: new ones are refused.", self.max_sessions
            )
        raise SessionStoreUnavailable

    def _is_full(self) -> bool:
        return len(self._sessions) >= self.max_sessions

    def _drop_first(self) -> None:
        """Forget the first of the ends, and the session with it, unless that ends later now or is gone already."""
        ends_at, key = heappop(self._ends)
        kept = self._sessions.get(key)
        if kept is not None and kept.ends_at == ends_at:
            del self._sessions[key]


class _Kept(NamedTuple):
    values: dict[str, str]
    ends_at: float
