"""Each connection of an application has a user, or gets an answer."""

from __future__ import annotations

import pytest

from shine import Middleware, PlainTextResponse, Response, Route, Shine, WebSocketRoute
from shine.authentication import AuthenticationBackend, AuthenticationError
from shine.exceptions import HTTPException
from shine.middleware.authentication import AuthenticationMiddleware


class Backend(AuthenticationBackend):
    async def authenticate(self, conn):
        if "x-status" in conn.headers:
            raise HTTPException(int(conn.headers["x-status"]), headers={"www-authenticate": "Basic"})
        if "x-error" in conn.headers:
            raise AuthenticationError(conn.headers["x-error"])


async def endpoint(request):
    return PlainTextResponse(f"{request.user.is_authenticated} {request.auth.scopes}")


async def websocket_endpoint(websocket):
    raise AssertionError


def make(on_error=None, **options):
    return Shine(
        routes=[Route("/", endpoint), WebSocketRoute("/", websocket_endpoint)],
        middleware=[Middleware(AuthenticationMiddleware, backend=Backend(), on_error=on_error)],
        **options,
    )


async def test_nobody(drive):
    assert (await drive.request(make())).text == "False []"


async def test_a_wrong_claim(drive):
    headers = {"x-error": "There is no such user."}
    answer = await drive.request(make(), headers=headers)
    assert (answer.status, answer.text) == (400, "There is no such user.")
    answer = await drive.websocket(make(), headers=headers)
    assert answer.messages == [{"type": "websocket.close", "code": 1008, "reason": "There is no such user."}]


async def on_error(conn, exc):
    return Response(str(exc), 401, {"www-authenticate": "Basic"})


async def test_another_answer_to_that(drive):
    answer = await drive.request(make(on_error), headers={"x-error": "No."})
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, "No.", "Basic")


async def handler(request, exc):
    return PlainTextResponse("handled", exc.status_code, exc.headers)


@pytest.mark.parametrize(
    ("handlers", "expected"), [({}, "Unauthorized"), ({HTTPException: handler}, "handled"), ({401: handler}, "handled")]
)
async def test_what_a_backend_raises_is_the_answer(drive, handlers, expected):
    answer = await drive.request(make(exception_handlers=handlers), headers={"x-status": "401"})
    assert (answer.status, answer.text, answer.headers["www-authenticate"]) == (401, expected, "Basic")
