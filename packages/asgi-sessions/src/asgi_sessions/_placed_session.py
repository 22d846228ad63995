"""Which session a middleware keeps: the one it made, or what an application put in its place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from logging import getLogger
from typing import Any, cast

from asgi_types import Scope

from ._session import Session


def place_session(scope: Scope) -> Session:
    """A session in the scope, for a middleware to keep."""
    session = scope["session"] = Session()
    session._is_kept = True
    return session


def placed_session(scope: Scope, own: Session) -> Session:
    """The session in the scope; ``own`` if that is of another middleware, which has another cookie.

    What an application has put in its place counts as changed: any mapping; None, and what other frameworks put there
    for "nothing" (a member of an `Enum`), is an empty session. Raises `TypeError` for anything else.
    """
    found: Any = scope.get("session", own)
    session = own
    if found is not own and not getattr(found, "_is_kept", False):
        session = found if isinstance(found, Session) else Session(_entries(found))
        session.mark_modified()
    if session._lent:
        session._settle()
    return session


def _entries(placed: object) -> Mapping[str, Any]:
    if isinstance(placed, Mapping):
        return cast("Mapping[str, Any]", placed)
    if placed is None or isinstance(placed, Enum):
        return {}
    raise TypeError(f"The application has put a {type(placed).__name__} into scope['session']: put a mapping there.")


def warn_of_late_change() -> None:
    """Tell who develops the application that a change is lost, and where it was made."""
    getLogger("asgi_sessions").warning(
        "The session was changed after the response had begun, when its cookie cannot be set any more: the change is "
        "lost. Change it before, or keep sessions in a store.",
        stack_info=True,
    )
