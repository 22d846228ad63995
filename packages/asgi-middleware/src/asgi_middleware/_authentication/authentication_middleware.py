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
from .users import UnauthenticatedUser

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
        conn = HTTPConnection(scope)
        try:
            found = await self.backend.authenticate(conn)
        except AuthenticationError as error:
            await self._answer(conn, error, receive, send)
        except HTTPException as refusal:
            await refuse(scope, receive, send, refusal, in_place=True)
        else:
            scope["auth"], scope["user"] = (AuthCredentials(), UnauthenticatedUser()) if found is None else found
            await self.app(scope, receive, send)

    async def _answer(
        self, conn: HTTPConnection[Any], error: AuthenticationError, receive: Receive, send: Send
    ) -> None:
        response: Any = self.on_error(conn, error)
        if hasattr(response, "__await__"):
            response = await response
        scope = conn.scope
        closes = scope["type"] == "websocket" and not may_deny(scope)
        await response(scope, receive, close_for_denial(send) if closes else send)

    @staticmethod
    def default_on_error(conn: HTTPConnection[Any], exc: Exception) -> Response:  # noqa: ARG004
        """The text of the error as a 400; one that is an `HTTPException` as well has its own status and headers."""
        if isinstance(exc, HTTPException):
            return Response(exc.detail, exc.status_code, exc.headers, "text/plain")
        return Response(str(exc), 400, media_type="text/plain")
