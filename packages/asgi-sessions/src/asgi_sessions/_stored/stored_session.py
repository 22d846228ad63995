"""The session of one connection that a store keeps: what came, what changed, and what is to be done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from logging import getLogger
from time import time
from typing import TYPE_CHECKING, Any

from asgi_types import Scope

from .._placed_session import placed_session
from .._session import Session
from .._session_age import CREATED, DEFAULT_AGE, RENEWED_AFTER
from .._session_codec import DEEPEST
from .._session_id import hash_of, new_id
from .._session_too_large import SessionTooLargeError
from .json_levels import levels_of
from .lost_changes import (
    tell_of_ended_session,
    tell_of_missed_end,
    warn_after_all,
    warn_of_late_beginning,
    warn_of_late_regeneration,
    warn_of_lost_sign_in,
    warn_of_no_response,
)
from .session_changes import SessionChanges, changes_of, size_of
from .session_store import SessionRecord
from .whole_step import done_whole

if TYPE_CHECKING:
    from .stored_session_middleware import StoredSessionMiddleware


class StoredSession:
    """From an id to a session, and from what was done to that to the calls of the store."""

    __slots__ = ("_created", "_expires_in", "_id", "_keeping", "_placed", "_received", "session")

    def __init__(self, keeping: StoredSessionMiddleware, session: Session) -> None:
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
            self.session._begin_later(self._begin)

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
        except ValueError:
            return self._begin_anew()
        except RecursionError:
            if all(levels_of(value) <= DEEPEST for value in self._received.values()):
                raise  # as there is too little room where it is looked at: nothing is wrong with the session
            return self._begin_anew()

    def _begin_anew(self) -> Mapping[str, Any]:
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
            if not _is_to_move(placed):
                placed._id = own._id
            placed._is_regenerated = placed._is_regenerated or own._is_regenerated
            placed._is_cleared = placed._is_cleared or own._is_cleared
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
        if self._id is not None and session._is_ended:
            if session:
                warn_of_late_beginning()
            return SessionChanges({}, {}, [*self._received])
        changes = self._changes_of(session)
        if self._id is None:
            if changes.values and not is_answered:
                warn_of_no_response(changes.names)
            return None
        if session._is_regenerated:
            warn_of_late_regeneration(changes.names)
            return None
        return self._checked(changes) if changes.changed or changes.removed else None

    def _changes_of(self, session: Session) -> SessionChanges:
        is_read = session._unread is None  # and not one that nobody could read where it was looked at
        if is_read and (session.modified or session._may_have_changed_inside):
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

        Of a session that ends to begin another, the end comes first, and is done whatever follows. Raises
        `SessionStoreUnavailable`.
        """
        if vars(type(self._keeping.store)).get("_never_waits"):  # so that nobody can be cancelled meanwhile
            return await self._save(session, changes, scope)
        return await done_whole(self._save, session, changes, scope)

    async def _save(self, session: Session, changes: SessionChanges, scope: Scope) -> str | None:
        cookie = await self._saved(session, changes, scope)
        self._received = changes.values  # and not what is in the store, for what changes from now on
        session._is_regenerated = session._is_cleared = session._is_ended = False
        return cookie

    async def _saved(self, session: Session, changes: SessionChanges, scope: Scope) -> str | None:
        old = self._id
        if old is None:
            return await self._create(session._id or new_id(), changes.values, scope)
        if session._is_ended:
            await self._end(old)
            if not changes.values:
                return self._removing(scope)
            return await self._create(session._id or new_id(), changes.values, scope)
        if not changes.values:
            self._id = None
            if await self._keeping.store.delete(hash_of(old)):
                return self._removing(scope)
        elif await (self._move(session, old, changes) if _is_to_move(session) else self._update(old, changes)):
            return self._setting(scope)
        self._id = None  # whoever has ended it may have set another cookie
        tell = warn_of_lost_sign_in if changes.values and _is_to_move(session) else tell_of_ended_session
        tell(changes.names)
        return None

    async def _end(self, id_: str) -> None:
        if not await self._keeping.store.delete(hash_of(id_)):
            tell_of_missed_end(hash_of(id_))
        self._id = None

    async def end_if_asked(self, scope: Scope) -> None:
        """End a session that `Session.invalidate` was called for, where nothing else of it is saved."""
        try:
            session = self.placed(scope)
        except (TypeError, RecursionError):  # for what is in its place
            session = self.session
        if self._id is not None and session._is_ended:
            await done_whole(self._end, self._id)

    async def _create(self, id_: str, values: Mapping[str, str], scope: Scope) -> str:
        created = int(time())
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

    def _removing(self, scope: Scope) -> str:
        return self._keeping.cookie.removing(scope)

    def close(self, session: Session) -> None:
        """The response begins: from now on no id can be given to the client."""
        self._placed = session
        self.session._is_regenerated = self.session._is_cleared = self.session._is_ended = False
        session._id = self._id
        session._is_answered = True
        session._has_id = self._id is not None
        session._late = warn_of_late_beginning if self._id is None else None

    def leave(self) -> None:
        """The application has returned: from now on nothing is saved."""
        self.session._late = warn_after_all
        self._placed._is_answered = False  # should the application put it into another request


def _is_to_move(session: Session) -> bool:
    """Whether it gets a new id: also where it was cleared before somebody signed in, as without stores it need be."""
    return session._is_regenerated or session._is_cleared
