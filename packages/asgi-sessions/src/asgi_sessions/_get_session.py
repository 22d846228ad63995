"""The session of a connection, as what it is to type checkers as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from ._session import Session


class HasScope(Protocol):
    """A request or a WebSocket of any framework."""

    @property
    def scope(self) -> Any:
        """The scope of its connection."""
        ...


def get_session(connection: Mapping[str, Any] | HasScope) -> Session:
    """The session of this connection, which is its scope, or a request or WebSocket of any framework, with ``scope``.

    It is ``scope["session"]``, as ``request.session`` is, but typed, so that `Session.flash` and the like are known.

    Raises `RuntimeError` if no session middleware is around, or another one than ours, and `TypeError` for what is no
    connection.

    >>> get_session({"type": "http", "session": Session(user="ann")})["user"]
    'ann'
    """
    scope: Any = getattr(connection, "scope", connection)
    if not isinstance(scope, Mapping):
        raise TypeError(
            f"get_session() takes a scope, or what has one as its scope, not a {type(connection).__name__}."
        )
    session: object = cast("Mapping[str, Any]", scope).get("session")
    if not isinstance(session, Session):
        raise RuntimeError(
            "get_session() needs a session middleware of asgi_sessions around the application, such as "
            f"SessionMiddleware; scope['session'] is {type(session).__name__}."
        )
    return session
