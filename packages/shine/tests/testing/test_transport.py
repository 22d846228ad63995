"""Responses as streams in tests that are not async."""

import threading

import anyio
import pytest

from shine.testclient import AsyncTestClient, TestClient

START = {"type": "http.response.start", "status": 200, "headers": []}


def body(data, more_body=True):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


class Endless:
    """An application that sends for ever, and says how far it has come and how it ended."""

    def __init__(self):
        self.sent = 0
        self.end = None

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await send(START)
        try:
            while True:
                await send(body(b"%d," % self.sent))
                self.sent += 1
        except BaseException as exc:
            self.end = type(exc).__name__
            raise


def portal_threads():
    return [thread.name for thread in threading.enumerate() if "portal" in thread.name]


@pytest.fixture(params=["inside", "outside"], name="client_of")
def client_of_fixture(request, backend):
    """Makes a client, entered or not, and sees to it that no thread is left."""
    entered = []

    def client_of(app, **options):
        client = TestClient(app, backend=backend, **options)
        if request.param == "inside":
            entered.append(client.__enter__())
        return client

    yield client_of
    for client in entered:
        client.__exit__()
    assert portal_threads() == []


async def without_lifespan(scope, receive, send):
    assert scope["type"] == "lifespan"


def of_http(app):
    async def outer(scope, receive, send):
        await (without_lifespan if scope["type"] == "lifespan" else app)(scope, receive, send)

    return outer


def test_the_application_sends_as_the_test_reads(client_of):
    app = Endless()
    with client_of(app).stream("GET", "/") as response:
        parts = response.iter_raw()
        assert [next(parts) for _ in range(3)] == [b"0,", b"1,", b"2,"]
        assert app.sent <= 4
    assert app.end == "ClientGone"


def test_a_stream_that_is_read_to_its_end(client_of, sends):
    app = of_http(sends({**START, "trailers": True}, body(b"a"), body(b"b", False), {"type": "http.response.trailers"}))
    with client_of(app).stream("GET", "/") as response:
        assert list(response.iter_raw()) == [b"a", b"b"]
        response.close()
        response.close()
    assert response.extensions["http.response.trailers"] == []


@pytest.mark.parametrize("is_wanted", [True, False], ids=["raise", "answer"])
def test_an_error_before_and_after_the_start(client_of, sends, is_wanted):
    for app in (sends(error=LookupError()), sends(START, body(b"a"), error=LookupError())):
        client = client_of(of_http(app), raise_server_exceptions=is_wanted)
        if is_wanted:
            with pytest.raises(LookupError):
                with client.stream("GET", "/") as response:
                    response.read()
        else:
            with client.stream("GET", "/") as response:
                text = response.read()
            assert (response.status_code, text) in [(500, b""), (200, b"a")]


def test_an_error_in_the_block_is_raised(client_of):
    with pytest.raises(ZeroDivisionError):
        with client_of(Endless()).stream("GET", "/"):
            raise ZeroDivisionError


def test_what_waits_for_something_else_is_cancelled(client_of):
    ended = []

    async def app(scope, receive, send):
        await send(START)
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with client_of(of_http(app)).stream("GET", "/"):
        assert ended == []
    assert ended == [True]


def test_a_response_that_nobody_closes_is_cancelled_with_the_client(backend):
    app = Endless()
    client = TestClient(app, backend=backend)
    with client:
        response = client.send(client.build_request("GET", "/"), stream=True)
        assert app.end is None
    assert app.end == ("Cancelled" if backend == "trio" else "CancelledError")
    response.close()
    assert portal_threads() == []


def test_or_where_the_client_is_closed(backend):
    app = Endless()
    client = TestClient(app, backend=backend)
    client.send(client.build_request("GET", "/"), stream=True)
    assert len(portal_threads()) == 1
    client.close()
    assert app.end in ("Cancelled", "CancelledError")
    assert portal_threads() == []


async def echo(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})


def test_a_session_that_nobody_leaves_is_cancelled_with_the_client(backend):
    client = TestClient(echo, backend=backend)
    with client:
        session = client.websocket_connect("/").__enter__()
        client.websocket_connect("/other")  # is never entered
    with pytest.raises(RuntimeError, match="is used inside its 'with' block"):
        session.send_text("a")
    session.__exit__(None, None, None)
    session = client.websocket_connect("/").__enter__()
    assert len(portal_threads()) == 1
    client.close()
    assert portal_threads() == []


def test_the_application_may_be_replaced(ask, sends):
    """As tests do that were written for Starlette's client."""
    first, second = (sends(START, body(text, more_body=False)) for text in (b"first", b"second"))
    if not ask.is_async:
        client = TestClient(first, backend=ask.backend)
        assert (client.get("/").text, client._transport.app) == ("first", first)
        client._transport.app = second
        assert client.get("/").text == "second"
        return

    async def run():
        async with AsyncTestClient(first, lifespan=False) as client:
            assert (await client.get("/")).text == "first"
            client._transport.app = second
            assert (await client.get("/")).text == "second"

    anyio.run(run, backend=ask.backend)
