"""An application behind the middleware: it counts what gets to it, and hands out a token."""

from __future__ import annotations

import re

import pytest

from asgi_middleware import CSRFMiddleware, csrf_token
from asgi_types import Response

SECRET = "a secret of more than sixteen bytes"
COOKIE = re.compile(r"([^=]+)=([^;]*)")


class Application:
    """Answers a GET with a token, all else with the body that it got; ``calls`` are the scopes it was called with."""

    def __init__(self):
        self.calls = []

    async def __call__(self, scope, receive, send):
        self.calls.append(scope)
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        if scope["type"] != "http":
            return
        if scope["method"] == "GET":
            await Response(csrf_token(scope))(scope, receive, send)
            return
        body = b""
        more_body = True
        while more_body:
            message = await receive()
            assert message["type"] == "http.request"
            body += message["body"]
            more_body = message["more_body"]
        await Response(body)(scope, receive, send)


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def protected(application):
    """The application behind a middleware with a secret, or with these options."""

    def make(**options):
        return CSRFMiddleware(application, **{"secret": SECRET, **options})

    return make


class Client:
    """A browser's part: it keeps the cookie and the token of the last page, and says where a request comes from."""

    def __init__(self, drive, app, scheme="http", headers=()):
        self.drive = drive
        self.app = app
        self.scheme = scheme
        self.headers = [(b"host", b"example.org"), *headers]
        self.cookie = None
        self.token = None

    async def get(self):
        answer = await self.drive.request(self.app, scheme=self.scheme, headers=self._headers())
        self.token = answer.text
        for value in answer.headers.getlist("set-cookie"):
            self.cookie = COOKIE.match(value)[0]
        return answer

    async def post(self, body=b"", headers=(), *, with_token=True):
        given = [(name.encode(), value.encode("latin-1")) for name, value in dict(headers).items()]
        if with_token:
            given.append((b"x-csrf-token", self.token.encode()))
        return await self.drive.request(
            self.app, "/", "POST", body, scheme=self.scheme, headers=[*self._headers(), *given]
        )

    async def post_form(self, body, content_type="application/x-www-form-urlencoded"):
        return await self.post(body, {"content-type": content_type}, with_token=False)

    def _headers(self):
        return self.headers if self.cookie is None else [*self.headers, (b"cookie", self.cookie.encode())]


@pytest.fixture
def client(drive):
    """A browser before an application."""

    def make(app, **options):
        return Client(drive, app, **options)

    return make
