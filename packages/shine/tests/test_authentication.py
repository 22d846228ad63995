"""Endpoints of the framework for those only who have been granted scopes."""

from __future__ import annotations

import pytest

from shine import Middleware, Request, Route, Shine, WebSocketRoute
from shine.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    SimpleUser,
    has_required_scope,
    requires,
)
from shine.endpoints import HTTPEndpoint, WebSocketEndpoint
from shine.middleware.authentication import AuthenticationMiddleware
from shine.responses import JSONResponse, PlainTextResponse

DENIAL = {"websocket.http.response": {}}


class Backend(AuthenticationBackend):
    async def authenticate(self, conn):
        user = conn.headers.get("x-user")
        if user is None:
            return None
        name, *scopes = user.split()
        return AuthCredentials(scopes), SimpleUser(name)


async def home(request):
    may = has_required_scope(request, ["admin"])
    return JSONResponse({"user": request.user.display_name, "may": may})


@requires("admin")
async def asynchronous(request: Request):
    return PlainTextResponse("in")


@requires("admin")
def synchronous(request: Request):
    return PlainTextResponse("in")


@requires(["admin", "owner"], status_code=404)
async def hidden(request):
    return PlainTextResponse("in")


@requires("admin", redirect="home")
def redirected(request):
    return PlainTextResponse("in")


class Endpoint(HTTPEndpoint):
    @requires("admin")
    async def get(self, request):
        return PlainTextResponse("in")

    @requires("admin", redirect="home")
    def post(self, request):
        return PlainTextResponse("in")


@requires("admin")
async def websocket_function(websocket):
    await websocket.accept()
    await websocket.close()


class WebSocketClass(WebSocketEndpoint):
    @requires("admin")
    async def on_connect(self, websocket):
        await websocket.accept()


ROUTES = [
    Route("/", home, name="home"),
    Route("/async", asynchronous),
    Route("/sync", synchronous),
    Route("/hidden", hidden),
    Route("/redirect", redirected),
    Route("/class", Endpoint),
    WebSocketRoute("/function", websocket_function),
    WebSocketRoute("/class", WebSocketClass),
]


def make():
    return Shine(routes=ROUTES, middleware=[Middleware(AuthenticationMiddleware, backend=Backend())])


@pytest.mark.parametrize("path", ["/async", "/sync", "/class"])
async def test_endpoints(drive, path):
    assert (await drive.request(make(), path, headers={"x-user": "ann admin"})).text == "in"
    answer = await drive.request(make(), path, headers={"x-user": "ann"})
    assert (answer.status, answer.text) == (403, "Forbidden")


async def test_user_and_credentials(drive):
    assert (await drive.request(make())).text == '{"user":"","may":false}'
    assert (await drive.request(make(), headers={"x-user": "ann admin"})).text == '{"user":"ann","may":true}'


async def test_another_status(drive):
    assert (await drive.request(make(), "/hidden", headers={"x-user": "ann admin"})).status == 404
    assert (await drive.request(make(), "/hidden", headers={"x-user": "ann owner admin"})).status == 200


@pytest.mark.parametrize(("path", "method"), [("/redirect", "GET"), ("/class", "POST")])
async def test_a_redirect(drive, path, method):
    answer = await drive.request(make(), f"{path}?a=b", method, headers={"host": "h.example"})
    assert (answer.status, answer.body) == (303, b"")
    assert answer.headers["location"] == f"http://h.example/?next=http%3A%2F%2Fh.example%2F{path[1:]}%3Fa%3Db"


@pytest.mark.parametrize("path", ["/function", "/class"])
async def test_websockets(drive, path):
    answer = await drive.websocket(make(), path, headers={"x-user": "ann admin"})
    assert answer.messages[0]["type"] == "websocket.accept"
    answer = await drive.websocket(make(), path)
    assert answer.messages == [{"type": "websocket.close", "code": 3003, "reason": "Forbidden"}]
    answer = await drive.websocket(make(), path, extensions=DENIAL)
    assert (answer.status, answer.text) == (403, "Forbidden")
