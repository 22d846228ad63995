"""Which session a middleware keeps: the one it made, or what an application put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

from asgi_types import Scope

from ._session import Session


def enter_session(scope: Scope, kind: str, cookie: str) -> Session | None:
    """Put a session in the scope that is kept in the cookie of this name, by a middleware of this class.

    None inside of another one of this class and cookie, which keeps the session of both, as of two that set one cookie
    each would undo what the other did; it is put in the scope. `leave_session` ends it.

    Raises `RuntimeError` inside of one of another class that sets this cookie.
    """
    outer: Any = scope.get("session")
    if outer is not None and _is_kept_outside(scope, kind, cookie):
        return None
    session = scope["session"] = Session()
    session._is_kept = True
    session._kept_as = (kind, cookie)
    if outer is not None:
        session._outer = outer
    return session


def leave_session(session: Session) -> None:
    """The application has returned: who calls one again with the same scope gets another session."""
    session._kept_as = None


def _is_kept_outside(scope: Scope, kind: str, cookie: str) -> bool:
    session: Any = scope["session"]
    while isinstance(session, Session):
        if session._kept_as is not None and session._kept_as[1] == cookie:
            other = session._kept_as[0]
            if other == kind:
                scope["session"] = session
                return True
            raise RuntimeError(
                f"{kind} inside of {other}, and both set the cookie {cookie!r}: take one of them out, or give it "
                "another session_cookie=."
            )
        session = session._outer
    return False


def placed_session(scope: Scope, own: Session) -> Session:
    """The session in the scope; ``own`` if that is of another middleware, which has another cookie.

    What an application has put in its place counts as changed: any mapping; None, and what other frameworks put there
    for "nothing" (a member of an `Enum`), is an empty session. Raises `TypeError` for anything else, and where
    something of another type was put inside an entry of a `TypedSession`.
    """
    found: Any = scope.get("session", own)
    session = own
    if found is not own and not getattr(found, "_is_kept", False):
        session = found if isinstance(found, Session) else Session(_entries(found))
        session.mark_modified()
    if session._lent:
        session._settle()
    if session._given:
        session._check_given()
    return session


def _entries(placed: object) -> Mapping[str, Any]:
    if isinstance(placed, Mapping):
        return cast("Mapping[str, Any]", placed)
    if placed is None or isinstance(placed, Enum):
        return {}
    raise TypeError(f"The application has put a {type(placed).__name__} into scope['session']: put a mapping there.")
