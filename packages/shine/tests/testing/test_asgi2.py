"""Applications of ASGI 2 and 3."""

import functools
from unittest.mock import AsyncMock

import pytest

from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


async def answer(send, text):
    await send(START)
    await send({"type": "http.response.body", "body": text})


class ClassOfASGI2:
    def __init__(self, scope):
        self.path = scope["path"].encode()

    async def __call__(self, receive, send):
        await answer(send, self.path)


def function_of_asgi2(scope):
    async def instance(receive, send):
        await answer(send, scope["path"].encode())

    return instance


async def function(scope, receive, send):
    await answer(send, scope["path"].encode())


def plain_function(scope, receive, send):
    return function(scope, receive, send)


class Callable:
    async def __call__(self, scope, receive, send):
        await function(scope, receive, send)


async def endpoint(request):
    raise NotImplementedError


class Endpoints:
    async def __call__(self, request):
        raise NotImplementedError


@functools.wraps(endpoint)
async def wrapper(scope, receive, send):
    await function(scope, receive, send)


class Compiled:
    """Nothing is known of its arguments, as of those of a function in C."""

    __signature__ = property(lambda self: raise_error(ValueError("no signature found")))

    def __call__(self, scope, receive, send):
        return function(scope, receive, send)


def raise_error(error):
    raise error


@pytest.mark.parametrize(
    "app",
    [
        ClassOfASGI2,
        function_of_asgi2,
        function,
        plain_function,
        Callable(),
        functools.partial(function),
        wrapper,
        Compiled(),
    ],
    ids=["class", "function", "async function", "plain function", "object", "partial", "wrapper", "compiled"],
)
def test_an_application(app):
    assert TestClient(app).get("/a").text == "/a"


@pytest.mark.parametrize("client", [TestClient, AsyncTestClient])
def test_what_is_no_application(client):
    with pytest.raises(TypeError, match=r"^A test client takes an ASGI application, not 'main:app'\. Import it\.$"):
        client("main:app")
    with pytest.raises(TypeError, match=r"^A test client takes an ASGI application, not None\.$"):
        client(None)


@pytest.mark.parametrize("client", [TestClient, AsyncTestClient])
@pytest.mark.parametrize("app", [endpoint, Endpoints().__call__], ids=["function", "method"])
def test_an_endpoint_is_none(client, app):
    with pytest.raises(
        TypeError, match="takes others: if it is an endpoint, give the client an application with a Route"
    ):
        client(app)


class PerInstance:
    """As Sentry's middleware, whose instances have the call that servers find."""

    __slots__ = ("__call__",)

    def __init__(self, app):
        self.__call__ = app


def test_of_objects_only_the_call_tells():
    async def app(scope, receive, send):
        await answer(send, b"called")

    assert TestClient(PerInstance(app)).get("/").text == "called"
    assert TestClient(functools.partial(app)).get("/").text == "called"
    assert TestClient(AsyncMock(side_effect=app)).get("/").text == "called"
