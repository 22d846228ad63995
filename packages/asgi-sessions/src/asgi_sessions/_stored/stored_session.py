"""The session of one connection that a store keeps: what came, what changed, and what is to be done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from logging import getLogger
from time import time
from typing import Any, Final, Protocol

from asgi_types import Scope

from .._cookie_session import CREATED, RENEWED_AFTER
from .._placed_session import placed_session
from .._session import Session
from .._session_cookie import SessionCookie
from .._session_id import hash_of, new_id
from .._session_too_large import SessionTooLargeError
from .lost_changes import tell_of_ended_session, warn_of_late_beginning, warn_of_late_regeneration
from .session_changes import SessionChanges, changes_of, size_of
from .session_store import SessionRecord, SessionStore
from .session_store_unavailable import SessionStoreUnavailable

SAVE_TIMEOUT: Final = 30.0
"""Seconds that a save may take, in which nobody cancels it: its steps belong together."""

DEFAULT_AGE: Final = 14 * 24 * 60 * 60
"""Seconds that a session is kept whose cookie lasts until the browser is closed."""


class StoreKeeping(Protocol):
    """How sessions are kept in a store."""

    store: SessionStore
    cookie: SessionCookie
    max_age: int | None
    rolling: bool
    max_lifetime: int | None
    max_session_size: int


class StoredSession:
    """From an id to a session, and from what was done to that to the calls of the store."""

    __slots__ = ("_created", "_expires_in", "_id", "_keeping", "_placed", "_received", "session")

    def __init__(self, keeping: StoreKeeping, session: Session) -> None:
        self.session = session
        self._keeping = keeping
        self._id: str | None = None  # that of a session which is in the store
        self._received: Mapping[str, str] = {}
        self._created = 0
        self._expires_in = 0.0
        self._placed = session
        session._has_id = True

    async def load(self, id_: str) -> None:
        """Find the session with this id; an id that the store does not know is nothing."""
        record = await self._keeping.store.read(hash_of(id_))
        if record is not None and self._take(record):
            self._id = self.session._id = id_
            self.session._begin = self._begin

    def _take(self, record: SessionRecord) -> bool:
        """Keep what is in the store, but for what is the middleware's own; False if the session is over."""
        received = dict(record.values)
        created = received.pop(CREATED, "")
        self._created = int(created) if created.isdecimal() and len(created) < 16 else 0
        self._received = received
        self._expires_in = record.expires_in
        return self._time_left(self._created) > 0

    def _begin(self) -> Mapping[str, Any]:
        try:
            return {name: json.loads(value) for name, value in self._received.items()}
        except (ValueError, RecursionError):
            getLogger("asgi_sessions").exception("What the store has for a session is no JSON: it begins anew.")
            self._id = self.session._id = None
            self._received = {}
            return {}

    def placed(self, scope: Scope) -> Session:
        """The session to keep: ours, or what the application has put in its place, which goes by the same id."""
        own = self.session
        self._placed._late = None  # what follows changes nothing
        placed = placed_session(scope, own)
        if placed is not own:
            own.mark_accessed()
            if not placed._is_regenerated:
                placed._id = own._id
            placed._is_regenerated = placed._is_regenerated or own._is_regenerated
            placed._is_ended = placed._is_ended or own._is_ended
        return placed

    def changes(self, session: Session) -> SessionChanges | None:
        """What is to be saved before the response begins; None if there is nothing, or it can be neither read nor kept.

        Raises `TypeError` for what JSON has no form for, and `SessionTooLargeError`.
        """
        if not session.accessed:
            return None
        changes = self._changes_of(session)
        if self._id is None and not changes.values:
            return None
        if changes.changed or changes.removed or session.modified:
            return self._checked(changes)
        return changes if changes.values and self._is_due() else None

    def late_changes(self, session: Session, *, is_answered: bool) -> SessionChanges | None:
        """What is to be saved after the application has returned; None if there is nothing, or it cannot be kept."""
        if not session.accessed:
            return None
        changes = self._changes_of(session)
        if self._id is None:
            if changes.values and not is_answered:
                warn_of_late_beginning()
            return None
        if session._is_ended:
            if changes.values:
                warn_of_late_beginning()
            return SessionChanges({}, {}, changes.removed)
        if session._is_regenerated:
            warn_of_late_regeneration(changes.names)
            return None
        return self._checked(changes) if changes.changed or changes.removed else None

    def _changes_of(self, session: Session) -> SessionChanges:
        if session.modified or session._may_have_changed_inside:
            return changes_of(session, self._received)
        return SessionChanges(self._received, {}, [])  # none of what was shown can be changed

    def _checked(self, changes: SessionChanges) -> SessionChanges:
        size, limit = size_of(changes.values), self._keeping.max_session_size
        if size > limit and changes.changed:  # one that gets smaller may be saved
            raise SessionTooLargeError(size, limit, "many of that size fill the store")
        return changes

    def _is_due(self) -> bool:
        """Whether a session that was only looked at is to be kept longer."""
        if not self._keeping.rolling:
            return False
        return self._time_left(self._created) - self._expires_in >= self._age * RENEWED_AFTER

    @property
    def _age(self) -> int:
        return DEFAULT_AGE if self._keeping.max_age is None else self._keeping.max_age

    def _time_left(self, created: int) -> float:
        """The seconds that a session may be kept from now, if it began then."""
        lifetime = self._keeping.max_lifetime
        return self._age if lifetime is None else min(self._age, created + lifetime - time())

    async def save(self, session: Session, changes: SessionChanges, scope: Scope) -> str | None:
        """Do what is to be done, all of it or nothing, and give the ``Set-Cookie`` for it, if there is one.

        Raises `SessionStoreUnavailable`.
        """
        from anyio import move_on_after

        with move_on_after(SAVE_TIMEOUT, shield=True):
            cookie = await self._save(session, changes, scope)
            self._received = changes.values  # and not what is in the store, for what changes from now on
            session._is_regenerated = session._is_ended = False
            return cookie
        raise SessionStoreUnavailable

    async def _save(self, session: Session, changes: SessionChanges, scope: Scope) -> str | None:
        store, old = self._keeping.store, self._id
        if old is None:
            return await self._create(session, changes.values, scope)
        if not changes.values:
            self._id = None
            if await store.delete(hash_of(old)) or session._is_ended:
                return self._keeping.cookie.removing(scope)
            tell_of_ended_session(changes.names)
            return None  # whoever has ended it may have set another cookie
        if session._is_ended:
            # In this order, so that a store which fails in between leaves the session that the client knows.
            cookie = await self._create(session, changes.values, scope)
            await store.delete(hash_of(old))
            return cookie
        if await (self._move(session, old, changes) if session._is_regenerated else self._update(old, changes)):
            return self._setting(scope)
        self._id = None
        if session._is_regenerated and changes.changed:
            # The session is over, but not what this request has done: somebody has signed in.
            return await self._create(session, changes.changed, scope)
        tell_of_ended_session(changes.names)
        return None

    async def _create(self, session: Session, values: Mapping[str, str], scope: Scope) -> str:
        id_, created = session._id or new_id(), int(time())
        entries = {**values, CREATED: str(created)}
        await self._keeping.store.create(hash_of(id_), entries, self._time_left(created))
        self._id, self._created = id_, created
        return self._setting(scope)

    async def _update(self, id_: str, changes: SessionChanges) -> bool:
        left = self._time_left(self._created)
        return await self._keeping.store.update(hash_of(id_), changes.changed, changes.removed, left)

    async def _move(self, session: Session, old: str, changes: SessionChanges) -> bool:
        id_, created = session._id or new_id(), int(time())
        entries = {**changes.changed, CREATED: str(created)}
        is_there = await self._keeping.store.update(
            hash_of(old), entries, changes.removed, self._time_left(created), new_key=hash_of(id_)
        )
        if is_there:
            self._id, self._created = id_, created
        return is_there

    def _setting(self, scope: Scope) -> str:
        assert self._id is not None
        left = max(int(self._time_left(self._created)), 1)  # as 0 removes a cookie
        max_age = None if self._keeping.max_age is None else left
        return self._keeping.cookie.setting(self._id, max_age, scope)

    def close(self, session: Session) -> None:
        """The response begins: from now on no id can be given to the client."""
        self._placed = session
        self.session._is_regenerated = self.session._is_ended = False
        session._id = self._id
        session._has_id = self._id is not None
        session._late = warn_of_late_beginning if self._id is None else None
