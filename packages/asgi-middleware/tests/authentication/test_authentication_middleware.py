"""Each connection has a user and credentials; who is wrong about them gets an answer."""

from __future__ import annotations

import functools

import pytest

from asgi_middleware import (
    AuthCredentials,
    AuthenticationError,
    AuthenticationMiddleware,
    ExceptionMiddleware,
    SimpleUser,
)
from asgi_types import HTTPConnection, HTTPException, Response

DENIAL = {"websocket.http.response": {}}


@pytest.mark.parametrize(
    ("user", "expected"),
    [(None, "False  []"), ("ann", "True ann []"), ("ann authenticated admin", "True ann ['authenticated', 'admin']")],
)
async def test_user_and_credentials(drive, application, backend, user, expected):
    headers = {} if user is None else {"x-user": user}
    answer = await drive.request(AuthenticationMiddleware(application, backend), headers=headers)
    assert answer.text == expected


async def test_of_a_websocket(drive, application, backend):
    answer = await drive.websocket(AuthenticationMiddleware(application, backend=backend), headers={"x-user": "ann a"})
    assert answer.messages == [{"type": "websocket.accept"}]
    assert (answer.scope["user"].identity, answer.scope["auth"].scopes) == ("ann", ["a"])


async def test_connections_share_nothing(drive, application, backend):
    app = AuthenticationMiddleware(application, backend)
    await drive.request(app)
    await drive.request(app)
    first, second = application.calls
    assert first["user"] is not second["user"]
    assert first["auth"].scopes is not second["auth"].scopes


async def test_other_scopes_pass(application, backend):
    scope = {"type": "lifespan"}
    await AuthenticationMiddleware(application, backend)(scope, None, None)
    assert (application.calls, scope) == ([scope], {"type": "lifespan"})


async def test_a_wrong_claim_is_a_400_with_the_text_of_the_error(drive, application, backend):
    app = AuthenticationMiddleware(application, backend)
    answer = await drive.request(app, headers={"x-error": "This token has expired."})
    assert (answer.status, answer.text) == (400, "This token has expired.")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (application.calls, "user" in answer.scope, "auth" in answer.scope) == ([], False, False)


async def test_the_default_answer_is_no_business_of_handlers(drive, application, backend):
    async def handler(request, exc):
        return Response("handled")

    app = ExceptionMiddleware(AuthenticationMiddleware(application, backend), {HTTPException: handler, 400: handler})
    assert (await drive.request(app, headers={"x-error": "No."})).text == "No."


def on_error(conn, exc):
    return Response(f"{conn.url.path}: {exc}", 401, {"WWW-Authenticate": "Basic"}, "text/plain")


async def async_on_error(conn, exc):
    return on_error(conn, exc)


class OnError:
    async def __call__(self, conn, exc):
        return on_error(conn, exc)


@pytest.mark.parametrize("handler", [on_error, async_on_error, OnError(), functools.partial(async_on_error)])
async def test_on_error_makes_another_answer(drive, application, backend, handler):
    app = AuthenticationMiddleware(application, backend, on_error=handler)
    answer = await drive.request(app, "/a", headers={"x-error": "No."})
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "/a: No.", "Basic")
    answer = await drive.websocket(app, "/a", headers={"x-error": "No."}, extensions=DENIAL)
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "/a: No.", "Basic")
    answer = await drive.websocket(app, "/a", headers={"x-error": "No."})
    assert answer.messages == [{"type": "websocket.close", "code": 3000, "reason": "/a: No."}]
    assert application.calls == []


async def test_on_error_may_give_any_application(drive, application, backend):
    async def answering(scope, receive, send):
        await Response("own", 418)(scope, receive, send)

    app = AuthenticationMiddleware(application, backend, lambda conn, exc: answering)
    assert (await drive.request(app, headers={"x-error": "No."})).status == 418


async def test_a_websocket_with_a_wrong_claim(drive, application, backend):
    app = AuthenticationMiddleware(application, backend)
    answer = await drive.websocket(app, headers={"x-error": "No."})
    assert answer.messages == [{"type": "websocket.close", "code": 1008, "reason": "No."}]
    answer = await drive.websocket(app, headers={"x-error": "No."}, extensions=DENIAL)
    assert (answer.status, answer.text) == (400, "No.")


async def test_a_backend_may_raise_what_is_the_answer(drive, application, backend):
    app = AuthenticationMiddleware(application, backend, on_error)
    answer = await drive.request(app, headers={"x-status": "401"})
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "Sign in.", "Basic")
    answer = await drive.websocket(app, headers={"x-status": "401"})
    assert answer.messages == [{"type": "websocket.close", "code": 3000, "reason": "Sign in."}]
    answer = await drive.websocket(app, headers={"x-status": "401"}, extensions=DENIAL)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Basic")
    assert application.calls == []


async def test_handlers_answer_that_inside_of_what_is_around(drive, application, backend):
    seen = []

    async def handler(request, exc):
        return Response(f"handled {exc.status_code}")

    def watching(app):
        async def watched(scope, receive, send):
            await app(scope, receive, send)
            seen.append("no error")

        return watched

    app = ExceptionMiddleware(watching(AuthenticationMiddleware(application, backend)), {HTTPException: handler})
    assert (await drive.request(app, headers={"x-status": "401"})).text == "handled 401"
    assert seen == ["no error"]


class UnauthorizedError(AuthenticationError, HTTPException):
    def __init__(self):
        super().__init__(401, "Who are you?", {"WWW-Authenticate": "Bearer"})


async def test_an_error_that_is_both_keeps_status_and_headers(drive, application, backend):
    backend.authenticate = raising(UnauthorizedError())
    answer = await drive.request(AuthenticationMiddleware(application, backend))
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "Who are you?", "Bearer")
    answer = await drive.request(AuthenticationMiddleware(application, backend, on_error))
    assert answer.text == "/: 401: Who are you?"


def raising(error):
    async def authenticate(conn):
        raise error

    return authenticate


async def test_a_pair_may_be_of_any_kind(drive, application, backend):
    async def authenticate(conn):
        return [AuthCredentials(["read"]), SimpleUser("ann")]

    backend.authenticate = authenticate
    assert (await drive.request(AuthenticationMiddleware(application, backend))).text == "True ann ['read']"


async def test_other_errors_are_raised_on(drive, application, backend):
    backend.authenticate = raising(ValueError("a fault"))
    with pytest.raises(ValueError, match="a fault"):
        await drive.request(AuthenticationMiddleware(application, backend))


async def test_a_subclass_may_have_another_default(drive, application, backend):
    class Teapot(AuthenticationMiddleware):
        @staticmethod
        def default_on_error(conn, exc):
            return Response(str(exc), 418)

    assert (await drive.request(Teapot(application, backend), headers={"x-error": "No."})).status == 418


async def test_its_call_may_be_replaced(drive, application, backend, monkeypatch):
    original = AuthenticationMiddleware.__call__
    seen = []

    async def call(self, scope, receive, send):
        seen.append(scope["type"])
        await original(self, scope, receive, send)

    monkeypatch.setattr(AuthenticationMiddleware, "__call__", call)
    await drive.request(AuthenticationMiddleware(application, backend))
    assert seen == ["http"]


async def test_the_backend_gets_a_connection(drive, application, backend):
    seen = []

    async def authenticate(conn):
        seen.append(conn)

    backend.authenticate = authenticate
    answer = await drive.request(AuthenticationMiddleware(application, backend), "/a")
    assert type(seen[0]) is HTTPConnection
    assert seen[0].scope is answer.scope


def test_attributes(application, backend):
    app = AuthenticationMiddleware(application, backend)
    assert (app.app, app.backend, app.on_error) == (application, backend, AuthenticationMiddleware.default_on_error)
    assert AuthenticationMiddleware(application, backend, on_error).on_error is on_error
    response = AuthenticationMiddleware.default_on_error(HTTPConnection({"type": "http"}), ValueError("No."))
    assert (response.status_code, response.body) == (400, b"No.")
