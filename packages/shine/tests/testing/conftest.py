"""Both clients on both event loops, for what they have in common."""

import gc
import sys
from contextlib import contextmanager

import anyio
import pytest

from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


@pytest.fixture(params=["asyncio", "trio"], name="backend")
def backend_fixture(request):
    """The event loop of a `TestClient`."""
    return request.param


@pytest.fixture(scope="session", name="library")
def library_fixture():
    """The HTTP library that the clients are built on."""
    return sys.modules[TestClient.__mro__[1].__module__.partition(".")[0]]


class Asker:
    """``ask(app, "/")`` is the response to a request by one of the clients."""

    def __init__(self, name):
        kind, self.backend = name.split("-")
        self.is_async = kind == "AsyncTestClient"

    def __call__(self, app, url="/", method="GET", *, options=None, entered=False, **request):
        if not self.is_async:
            client = TestClient(app, backend=self.backend, **(options or {}))
            if not entered:
                return client.request(method, url, **request)
            with client:
                return client.request(method, url, **request)

        async def ask():
            client = AsyncTestClient(app, **(options or {}))
            if not entered:
                return await client.request(method, url, **request)
            async with client:
                return await client.request(method, url, **request)

        return anyio.run(ask, backend=self.backend)


@pytest.fixture(
    params=["TestClient-asyncio", "TestClient-trio", "AsyncTestClient-asyncio", "AsyncTestClient-trio"], name="ask"
)
def ask_fixture(request):
    return Asker(request.param)


@pytest.fixture(scope="session", name="sends")
def sends_fixture():
    """``sends(*messages)`` is an application that sends these, and then raises ``error``, if there is one."""

    def sends(*messages, error=None):
        async def app(scope, receive, send):
            for message in messages:
                await send(message)
            if error is not None:
                raise error

        return app

    return sends


@pytest.fixture(scope="session", name="answers")
def answers_fixture():
    """``answers(func)`` is an application whose response is ``repr`` of what ``func`` makes of scope and receive."""

    def answers(func):
        async def app(scope, receive, send):
            text = repr(await func(scope, receive)).encode()
            await send(START)
            await send({"type": "http.response.body", "body": text})

        return app

    return answers


@pytest.fixture(name="no_garbage")
def no_garbage_fixture():
    """Whatever dies in the block dies at once, and not by the garbage collector."""

    @contextmanager
    def no_garbage():
        gc.collect()
        gc.disable()
        try:
            yield
        finally:
            gc.enable()

    return no_garbage
