"""The session of a connection, as what it is to type checkers as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._session import Session


def get_session(connection: Mapping[str, Any]) -> Session:
    """The session of this connection, which is its scope, or a request of any framework that is a mapping of it.

    It is ``scope["session"]``, as ``request.session`` is, but typed, so that `Session.flash` and the like are known.

    Raises `RuntimeError` if no session middleware is around, or another one than ours.

    >>> get_session({"type": "http", "session": Session(user="ann")})["user"]
    'ann'
    """
    session = connection.get("session")
    if not isinstance(session, Session):
        raise RuntimeError(
            "get_session() needs a session middleware of asgi_sessions around the application, such as "
            f"SessionMiddleware; scope['session'] is {type(session).__name__}."
        )
    return session
