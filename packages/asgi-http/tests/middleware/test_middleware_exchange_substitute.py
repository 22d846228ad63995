"""A stream in place of the application's, made while that goes on: how both end when the client has gone."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import BaseHTTPMiddleware, PlainTextResponse, StreamingResponse

START = {"type": "http.response.start", "status": 200, "headers": []}


class Client:
    """Reads three parts of the body, and leaves; ``tells`` is how often the server says so through ``receive``."""

    def __init__(self, version, tells=10**6):
        self.version = version
        self.tells = tells
        self.gone = anyio.Event()
        self.parts = []

    async def receive(self):
        await self.gone.wait()
        if not self.tells:
            await anyio.sleep_forever()
        self.tells -= 1
        return {"type": "http.disconnect"}

    async def send(self, message):
        await checkpoint()
        if self.gone.is_set():
            if self.version == "2.4":
                raise OSError("The client has gone.")
            return
        if message.get("body"):
            self.parts.append(message["body"])
            if len(self.parts) == 3:
                self.gone.set()

    async def request(self, drive, app):
        scope = drive.scope(asgi={"version": "3.0", "spec_version": self.version})
        with anyio.fail_after(3):
            await app(scope, self.receive, self.send)


async def numbers(log, pause):
    try:
        for number in range(10**6):
            yield str(number)
            await (anyio.sleep_forever() if number == pause else checkpoint())
    finally:
        log.append("inner closed")


def our_stream(log, pause=None):
    async def app(scope, receive, send):
        await StreamingResponse(numbers(log, pause))(scope, receive, send)

    return app


def stream_from_a_task(log, pause=None):
    """Sends from a child task while the first one listens, as Starlette does on servers before ASGI 2.4."""

    async def app(scope, receive, send):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stream, tasks.cancel_scope, send)
            if scope["asgi"]["spec_version"] == "2.3":
                while (await receive())["type"] != "http.disconnect":
                    pass
                tasks.cancel_scope.cancel()

    async def stream(block, send):
        iterator = numbers(log, pause)
        try:
            await send(START)
            async for chunk in iterator:
                await send({"type": "http.response.body", "body": chunk.encode(), "more_body": True})
        finally:
            with anyio.CancelScope(shield=True):
                await iterator.aclose()

    return app


def short(app):
    return lambda log, pause=None: app


async def short_stream(scope, receive, send):
    await StreamingResponse(["0"])(scope, receive, send)


def wrapped_in(kind, log, goes_on=False):
    async def dispatch(request, call_next):
        response = await call_next(request)
        chunks = response.body_iterator

        async def marked():
            try:
                async for chunk in chunks:
                    yield chunk + b"!"
                while goes_on:
                    yield b"more"
                    await checkpoint()
            finally:
                log.append("outer closed")

        async def background():
            log.append("background")

        if kind == "set":
            response.body_iterator = marked()
            return response
        return StreamingResponse(marked(), background=background) if kind == "ours" else raw(marked())

    return dispatch


def raw(chunks):
    """A response that leaves the error of ``send`` to the server, and closes nothing."""

    async def response(scope, receive, send):
        assert scope["asgi"]["spec_version"] == "2.4"
        await send(START)
        try:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            with anyio.CancelScope(shield=True):
                await chunks.aclose()

    return response


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("pause", [None, 3])
@pytest.mark.parametrize("kind", ["ours", "set"])
@pytest.mark.parametrize("make", [our_stream, stream_from_a_task])
async def test_both_streams_end_with_the_client(drive, make, kind, version, pause):
    if version == "2.4":
        pause = None  # nobody there notices while nothing is sent
    log = []
    client = Client(version)
    app = make(log, pause)

    async def quietly(scope, receive, send):
        try:
            await app(scope, receive, send)
        except* OSError:
            log.append("told")

    await client.request(drive, BaseHTTPMiddleware(quietly, wrapped_in(kind, log)))
    assert client.parts == [b"0!", b"1!", b"2!"]
    assert {"inner closed", "outer closed"} <= set(log)


@pytest.mark.parametrize("pause", [None, 3])
@pytest.mark.parametrize("kind", ["ours", "set", "raw"])
@pytest.mark.parametrize("make", [our_stream, stream_from_a_task])
async def test_a_server_that_tells_of_the_disconnect_once_is_enough(drive, make, kind, pause):
    log = []
    client = Client("2.3", tells=1)
    await client.request(drive, BaseHTTPMiddleware(make(log, pause), wrapped_in(kind, log)))
    assert client.parts == [b"0!", b"1!", b"2!"]
    assert {"inner closed", "outer closed"} <= set(log)


@pytest.mark.parametrize("tells", [1, 10**6])
@pytest.mark.parametrize("kind", ["ours", "set", "raw"])
@pytest.mark.parametrize("app", [PlainTextResponse("0"), short_stream])
async def test_a_stream_that_outlives_the_application_s_ends_with_the_client(drive, app, kind, tells):
    log = []
    client = Client("2.3", tells)
    await client.request(drive, BaseHTTPMiddleware(app, wrapped_in(kind, log, goes_on=True)))
    assert client.parts == [b"0!", b"more", b"more"]
    assert [entry for entry in log if entry != "background"] == ["outer closed"]


@pytest.mark.parametrize("kind", ["ours", "set"])
async def test_a_stream_that_outlives_the_application_s_ends_where_send_tells(drive, kind):
    log = []
    client = Client("2.4")
    await client.request(drive, BaseHTTPMiddleware(short_stream, wrapped_in(kind, log, goes_on=True)))
    assert client.parts == [b"0!", b"more", b"more"]
    assert log[0] == "outer closed"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_an_unrelated_stream_ends_with_the_client_too(drive, version):
    log = []

    async def dispatch(request, call_next):
        await call_next(request)
        return StreamingResponse(numbers(log, None))

    client = Client(version)
    await client.request(drive, BaseHTTPMiddleware(PlainTextResponse("Hello"), dispatch))
    assert (client.parts, log) == ([b"0", b"1", b"2"], ["inner closed"])


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_stream_after_the_application_has_failed_is_told_as_the_server_does(drive, version):
    log = []

    async def failing(scope, receive, send):
        raise LookupError

    async def dispatch(request, call_next):
        try:
            return await call_next(request)
        except LookupError:

            async def app(scope, receive, send):
                log.append(scope["asgi"]["spec_version"])
                await StreamingResponse(["Sorry."])(scope, receive, send)

            return app

    client = Client(version)
    await client.request(drive, BaseHTTPMiddleware(failing, dispatch))
    assert (client.parts, log) == ([b"Sorry."], [version])


@pytest.mark.parametrize("version", ["2.3", "2.4"])
@pytest.mark.parametrize("make", [short(PlainTextResponse("0")), short(short_stream)])
async def test_a_wrapped_stream_of_a_client_that_stays_is_whole(drive, make, version):
    log = []
    client = Client(version)
    await client.request(drive, BaseHTTPMiddleware(make(log), wrapped_in("ours", log)))
    assert (client.parts, log) == ([b"0!"], ["outer closed", "background"])
