"""How an application finds out who a connection comes from."""

from __future__ import annotations

from typing import Any

from asgi_types import HTTPConnection

from .credentials import AuthCredentials
from .users import BaseUser


class AuthenticationError(Exception):
    """A connection says who it is, and is wrong: its text is the answer, a 400 unless ``on_error`` makes another.

    >>> str(AuthenticationError("This token has expired."))
    'This token has expired.'
    """


class AuthenticationBackend:
    """Tells who a connection comes from, to be subclassed.

    >>> from asgi_middleware import SimpleUser
    >>> class KeyBackend(AuthenticationBackend):
    ...     async def authenticate(self, conn):
    ...         key = conn.headers.get("x-key")
    ...         return None if key is None else (AuthCredentials(["authenticated"]), SimpleUser(key))
    >>> import asyncio
    >>> connection = HTTPConnection({"type": "http", "headers": [(b"x-key", b"ann")]})
    >>> asyncio.run(KeyBackend().authenticate(connection))[1].display_name
    'ann'
    """

    async def authenticate(self, conn: HTTPConnection[Any]) -> tuple[AuthCredentials, BaseUser] | None:
        """The credentials and the user, or None for a connection that does not say who it is.

        Raises `AuthenticationError` for one that is wrong about it, or an `HTTPException` that is the answer as it is.
        """
        raise NotImplementedError(f"Define the method authenticate of {type(self).__name__}.")
