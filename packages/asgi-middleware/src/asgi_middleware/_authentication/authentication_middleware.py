"""Each connection is given a user and credentials before the application sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_types import (
    ASGIApp,
    HTTPConnection,
    HTTPException,
    Receive,
    Response,
    Scope,
    Send,
    close_for_denial,
    may_deny,
    refuse,
)

from .backend import AuthenticationBackend, AuthenticationError
from .credentials import AuthCredentials
from .users import BaseUser, UnauthenticatedUser

ErrorHandler = Callable[[HTTPConnection[Any], AuthenticationError], ASGIApp | Awaitable[ASGIApp]]


class AuthenticationMiddleware:
    """Ask ``backend`` who a connection comes from: ``request.user`` and ``request.auth`` are what it gives.

    Where it gives None they are an `UnauthenticatedUser` and `AuthCredentials` without scopes. An `AuthenticationError`
    is answered with what ``on_error`` makes of the connection and the error, a response or a coroutine of one: by
    default `default_on_error`. An `HTTPException` of the backend is answered as everywhere, by the handlers of an error
    layer above if there is one. A WebSocket gets the same as a denial response, or is closed by a server that cannot
    send one, with the `asgi_types.close_code` of the status.

    >>> import asyncio
    >>> from asgi_middleware import SimpleUser
    >>> class Everybody(AuthenticationBackend):
    ...     async def authenticate(self, conn):
    ...         return AuthCredentials(["authenticated"]), SimpleUser("ann")
    >>> async def app(scope, receive, send):
    ...     print(HTTPConnection(scope).user.display_name, scope["auth"].scopes)
    >>> asyncio.run(AuthenticationMiddleware(app, backend=Everybody())({"type": "http"}, None, None))
    ann ['authenticated']
    """

    def __init__(self, app: ASGIApp, backend: AuthenticationBackend, on_error: ErrorHandler | None = None) -> None:
        self.app = app
        self.backend = backend
        self.on_error: ErrorHandler = self.default_on_error if on_error is None else on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        found = await self._authenticated(HTTPConnection(scope))
        if isinstance(found, tuple):
            scope["auth"], scope["user"] = found
            await self.app(scope, receive, send)
        elif isinstance(found, HTTPException):
            await refuse(scope, receive, send, found, in_place=True)
        elif scope["type"] == "websocket" and not may_deny(scope):
            await found(scope, receive, close_for_denial(send))
        else:
            await found(scope, receive, send)

    async def _authenticated(
        self, conn: HTTPConnection[Any]
    ) -> tuple[AuthCredentials, BaseUser] | HTTPException | ASGIApp:
        """What the connection is given, or what it is answered with."""
        try:
            found = await self.backend.authenticate(conn)
        except AuthenticationError as error:
            response: Any = self.on_error(conn, error)
            return await response if hasattr(response, "__await__") else response  # type: ignore[no-any-return]
        except HTTPException as refusal:
            return refusal
        return (AuthCredentials(), UnauthenticatedUser()) if found is None else found

    @staticmethod
    def default_on_error(conn: HTTPConnection[Any], exc: Exception) -> Response:  # noqa: ARG004
        """The text of the error as a 400; one that is an `HTTPException` as well has its own status and headers."""
        if isinstance(exc, HTTPException):
            return Response(exc.detail, exc.status_code, exc.headers, "text/plain")
        return Response(str(exc), 400, media_type="text/plain")
