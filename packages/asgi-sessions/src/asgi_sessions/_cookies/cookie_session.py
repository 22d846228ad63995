"""The session of one connection that is kept in its cookie: what came with the request, and what the response sets."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Any

from asgi_types import Scope

from .._session import Session
from .._session_age import CREATED, CREATED_IS_TAKEN, RENEWED_AFTER
from .._session_codec import decode_session, encode_session, is_same_session
from .._session_cookie import SessionCookie
from .._session_too_large import SessionTooLargeError

if TYPE_CHECKING:
    from .cookie_session_middleware import CookieSessionMiddleware


class CookieSession:
    """From a cookie's value to a session and back; nothing is read before it is asked for."""

    __slots__ = ("_cookie", "_created", "_has_created", "_is_read", "_keeping", "_received", "_value", "_written_at")

    def __init__(self, keeping: CookieSessionMiddleware, cookie: SessionCookie, value: str | None) -> None:
        self._keeping = keeping
        self._cookie = cookie
        self._value = value
        self._is_read = False
        self._received: bytes | None = None
        self._written_at = 0
        self._created: int | None = None
        self._has_created = False

    def begin(self) -> Mapping[str, Any]:
        """What the session begins with."""
        self._is_read = True
        sealed = None if self._value is None else self._keeping.unseal(self._value)
        data = None if sealed is None else decode_session(sealed.encoded)
        if sealed is None or data is None:
            return {}
        received = sealed.encoded
        created = sealed.written_at
        if CREATED in data:
            created = data.pop(CREATED)
            received = encode_session(data)
            self._has_created = isinstance(created, int)
        if not self._is_alive(created):
            return {}
        self._created = created
        self._received = received
        self._written_at = sealed.written_at
        return data

    def _is_alive(self, created: object) -> bool:
        most = self._keeping.max_lifetime
        return most is None or (isinstance(created, int) and time() - created < most)

    def header(self, session: Session, scope: Scope) -> str | None:
        """The ``Set-Cookie`` that keeps the session, or None if the client has it already."""
        if not self._is_read:  # what an application has put in its place may be there without a look at what came
            self.begin()
        if not session:
            gone = self._received is not None and session.modified
            return self._cookie.removing(scope) if gone else None
        if session.modified or self._has_changed_inside(session) or self._is_to_be_renewed():
            return self._setting(session, scope)
        return None

    def _has_changed_inside(self, session: Session) -> bool:
        if not session._may_have_changed_inside or self._received is None:
            return False
        return not is_same_session(encode_session(session), self._received)

    def _is_to_be_renewed(self) -> bool:
        keeping = self._keeping
        if not keeping.rolling or keeping.max_age is None:
            return False
        return time() - self._written_at >= keeping.max_age * RENEWED_AFTER

    def _setting(self, session: Session, scope: Scope) -> str:
        keeping, cookie = self._keeping, self._cookie
        max_age = keeping.max_age
        if CREATED in session:
            raise ValueError(CREATED_IS_TAKEN)
        data: dict[str, Any] = session
        if keeping.max_lifetime is not None or self._has_created:  # that of another middleware with this key, perhaps
            now = int(time())
            created = now if self._created is None or session._is_regenerated else self._created
            data = {**session, CREATED: created}
            if max_age is not None and keeping.max_lifetime is not None:  # without, the middleware forgets it in time
                max_age = min(max_age, created + keeping.max_lifetime - now)
        value = keeping.seal(encode_session(data))
        size = len(cookie.name) + 1 + len(value)
        if size > keeping.max_cookie_size:
            raise SessionTooLargeError(size, keeping.max_cookie_size)
        return cookie.setting(value, max_age, scope)
