"""Applications of ASGI 2 and 3."""

import functools

import pytest

from shine.testclient import TestClient

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


@pytest.mark.parametrize(
    "app",
    [ClassOfASGI2, function_of_asgi2, function, plain_function, Callable(), functools.partial(function)],
    ids=["class", "function", "async function", "plain function", "object", "partial"],
)
def test_an_application(app):
    assert TestClient(app).get("/a").text == "/a"
