"""A backend by a header, and an application that tells what it was given."""

from __future__ import annotations

import pytest

from asgi_middleware import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from asgi_types import HTTPConnection, HTTPException, Response


class Backend(AuthenticationBackend):
    """``x-user: name scope...``; ``x-error`` and ``x-status`` make it raise."""

    async def authenticate(self, conn):
        if "x-error" in conn.headers:
            raise AuthenticationError(conn.headers["x-error"])
        if "x-status" in conn.headers:
            raise HTTPException(int(conn.headers["x-status"]), "Sign in.", {"WWW-Authenticate": "Basic"})
        if "x-user" not in conn.headers:
            return None
        name, *scopes = conn.headers["x-user"].split()
        return AuthCredentials(scopes), SimpleUser(name)


class Application:
    """Answers with user and scopes, and keeps the scopes it was called with."""

    def __init__(self):
        self.calls = []

    async def __call__(self, scope, receive, send):
        self.calls.append(scope)
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            text = f"{connection.user.is_authenticated} {connection.user.display_name} {connection.auth.scopes}"
            await Response(text)(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})


@pytest.fixture
def backend():
    return Backend()


@pytest.fixture
def application():
    return Application()
