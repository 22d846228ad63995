import inspect

import pytest

from asgi_middleware import CompressionMiddleware, GZipMiddleware

BODY = b"Hello, world! " * 100


def test_attributes_are_what_was_given():
    middleware = CompressionMiddleware("app", 100, thread_minimum_size=5)
    assert (middleware.app, middleware.minimum_size, middleware.thread_minimum_size) == ("app", 100, 5)
    middleware = CompressionMiddleware("app")
    assert (middleware.minimum_size, middleware.thread_minimum_size) == (500, 131072)


def test_call_is_a_coroutine_function():
    assert inspect.iscoroutinefunction(CompressionMiddleware.__call__)


@pytest.mark.parametrize("kind", ["lifespan", "other"])
async def test_other_scopes_go_on_untouched(kind):
    calls = []

    async def app(*args):
        calls.append(args)

    scope, receive, send = {"type": kind}, object(), object()
    await CompressionMiddleware(app)(scope, receive, send)
    assert calls == [(scope, receive, send)]


async def test_websockets_and_their_denials_go_on_untouched(drive):
    async def app(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 403, "headers": []})
        await send({"type": "websocket.http.response.body", "body": BODY})

    answer = await drive.websocket(CompressionMiddleware(app), headers={"accept-encoding": "gzip"})
    assert answer.headers.raw == []
    assert answer.body == BODY


async def test_one_inside_another_compresses_once(drive, sends, decoded):
    app = CompressionMiddleware(GZipMiddleware(sends(BODY)))
    answer = await drive.request(app, headers={"accept-encoding": "zstd, gzip"})
    assert answer.headers.getlist("content-encoding") == ["gzip"]
    assert answer.headers.getlist("vary") == ["Accept-Encoding"]
    assert decoded(answer) == BODY
