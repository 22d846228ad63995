"""The client leaves in the middle, or the stream is cancelled: everything is closed, and nothing is left running."""

import gc

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import ClientDisconnect, Request, StreamingResponse

NEW = {"version": "3.0", "spec_version": "2.4"}
OLD = {"version": "3.0", "spec_version": "2.3"}


class Connection:
    """A server's end of a connection whose client takes ``chunks`` and leaves; it tells so in the way of its version.

    A slow client is one that leaves while a chunk is being sent to it.
    """

    def __init__(self, asgi, chunks=2, slow=False, method="GET", kind="http"):
        self.scope = {"type": kind, "method": method, "asgi": asgi, "headers": [], "path": "/"}
        self.tells_by_send = asgi == NEW
        self.chunks = chunks
        self.slow = slow
        self.left = anyio.Event()
        self.taken = []
        if chunks < 0:
            self.left.set()

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if self.left.is_set() and self.tells_by_send:
            raise OSError("The client has gone.")
        if message["type"].endswith("start"):
            return
        await checkpoint()
        self.taken.append(message["body"])
        if len(self.taken) > self.chunks:
            self.left.set()
            if self.slow and not self.tells_by_send:
                await anyio.sleep_forever()


class Content:
    """Endless content of both kinds that tells how it ended."""

    def __init__(self, waits=False):
        self.waits = waits
        self.order = []

    async def generate(self):
        try:
            for number in range(100_000):
                yield b"%d" % number
                if self.waits and number == 2:
                    await anyio.sleep_forever()
        finally:
            self.order.append("closing")
            # One that is cancelled where it waits itself has to shield what it awaits then, as always with AnyIO.
            with anyio.CancelScope(shield=self.waits):
                await anyio.sleep(0.001)
            self.order.append("closed")

    def generate_in_thread(self):
        try:
            for number in range(100_000):
                yield b"%d" % number
        finally:
            self.order += ["closing", "closed"]

    async def background(self):
        await checkpoint()
        self.order.append("background")


async def respond(response, scope, receive, send):
    """Send a response; no task is left after it, and nothing complains when it is collected."""
    before = {task.id for task in anyio.get_running_tasks()}
    try:
        await response(scope, receive, send)
    finally:
        gc.collect()
        assert {task.id for task in anyio.get_running_tasks()} == before


@pytest.mark.parametrize("asgi", [NEW, OLD])
@pytest.mark.parametrize("kind", ["generate", "generate_in_thread"])
@pytest.mark.parametrize("slow", [True, False])
async def test_a_client_that_leaves_ends_the_stream_quietly(asgi, kind, slow):
    connection, content = Connection(asgi, slow=slow), Content()
    response = StreamingResponse(getattr(content, kind)(), background=content.background)
    await respond(response, connection.scope, connection.receive, connection.send)
    assert connection.taken[:3] == [b"0", b"1", b"2"]
    assert len(connection.taken) < 10
    assert content.order == ["closing", "closed", "background"]


async def test_a_generator_that_waits_is_cancelled_by_an_old_server():
    connection, content = Connection(OLD), Content(waits=True)
    response = StreamingResponse(content.generate(), background=content.background)
    await respond(response, connection.scope, connection.receive, connection.send)
    assert connection.taken == [b"0", b"1", b"2"]
    assert content.order == ["closing", "closed", "background"]


@pytest.mark.parametrize("kind", ["generate", "generate_in_thread"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_client_that_had_left_before_the_start(kind, method):
    connection, content = Connection(NEW, chunks=-1, method=method), Content()
    generator = getattr(content, kind)()
    await respond(
        StreamingResponse(generator, background=content.background),
        connection.scope,
        connection.receive,
        connection.send,
    )
    assert connection.taken == []
    assert content.order == ["background"]
    assert list_of_one(generator) == []


def list_of_one(generator):
    """The next item of a generator of any kind, if it was not closed."""
    try:
        if hasattr(generator, "__anext__"):
            generator.__anext__().send(None)
        else:
            return [next(generator)]
    except (StopIteration, StopAsyncIteration):
        pass
    return []


async def test_an_old_server_gets_the_start_even_if_the_client_had_left():
    connection, content = Connection(OLD, chunks=-1), Content()
    started = []

    async def send(message):
        started.append(message["type"])
        await anyio.sleep(0.001)
        await connection.send(message)

    await respond(
        StreamingResponse(content.generate(), background=content.background), connection.scope, connection.receive, send
    )
    assert started[0] == "http.response.start"
    assert content.order[-1] == "background"


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_a_client_that_leaves_at_the_end(asgi):
    connection, content = Connection(asgi, chunks=0), Content()
    await respond(
        StreamingResponse([b"all"], background=content.background),
        connection.scope,
        connection.receive,
        connection.send,
    )
    assert connection.taken[0] == b"all"
    assert content.order == ["background"]


async def test_a_version_that_is_not_told_is_an_old_one():
    connection, content = Connection(OLD, slow=True), Content()
    del connection.scope["asgi"]
    await respond(StreamingResponse(content.generate()), connection.scope, connection.receive, connection.send)
    assert content.order == ["closing", "closed"]


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_what_is_wrapped_is_closed_as_well(asgi):
    async def wrap(chunks):
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            content.order.append("wrapper")

    connection, content = Connection(asgi, slow=True), Content()
    response = StreamingResponse(content.generate())
    response.body_iterator = wrap(response.body_iterator)
    await respond(response, connection.scope, connection.receive, connection.send)
    assert content.order == ["wrapper", "closing", "closed"]


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_what_an_iterable_gives_is_closed(asgi):
    class Chunks:
        def __aiter__(self):
            return content.generate()

    connection, content = Connection(asgi, slow=True), Content()
    await respond(StreamingResponse(Chunks()), connection.scope, connection.receive, connection.send)
    assert content.order == ["closing", "closed"]


@pytest.mark.parametrize("asgi", [NEW, OLD])
@pytest.mark.parametrize("kind", ["generate", "generate_in_thread"])
async def test_a_subclass_that_sends_by_itself(asgi, kind):
    class Mine(StreamingResponse):
        async def stream_response(self, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            async for chunk in self.body_iterator:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})

    connection, content = Connection(asgi, slow=True), Content()
    response = Mine(getattr(content, kind)(), background=content.background)
    await respond(response, connection.scope, connection.receive, connection.send)
    assert content.order == ["closing", "closed", "background"]


@pytest.mark.parametrize("by", ["itself", "the class"])
async def test_a_subclass_hears_of_the_disconnect_as_the_server_tells_it(by):
    class Mine(StreamingResponse):
        async def stream_response(self, send):
            try:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                if by == "the class":
                    await self._send_body(send)
                while True:
                    await send({"type": "http.response.body", "body": b"x", "more_body": True})
            except OSError as error:
                heard.append(error)
                raise

    connection, heard = Connection(NEW), []
    response = Mine(Content().generate(), background=Content().background)
    await respond(response, connection.scope, connection.receive, connection.send)
    (error,) = heard
    assert isinstance(error, ClientDisconnect)
    assert type(error.__cause__) is OSError


async def test_a_subclass_hears_of_a_client_that_had_left_before_the_start():
    class Mine(StreamingResponse):
        async def stream_response(self, send):
            try:
                await super().stream_response(send)
            except OSError as error:
                heard.append(type(error.__cause__))
                raise

    connection, heard = Connection(NEW, chunks=-1), []
    await respond(Mine([b"x"]), connection.scope, connection.receive, connection.send)
    assert heard == [OSError]


@pytest.mark.parametrize("asgi", [NEW, OLD])
@pytest.mark.parametrize("kind", ["generate", "generate_in_thread"])
async def test_a_stream_that_is_cancelled_from_outside(asgi, kind):
    async def send(message):
        if message.get("body") == b"1":
            scope.cancel()
            await anyio.sleep_forever()

    connection, content = Connection(asgi, chunks=1000), Content()
    response = StreamingResponse(getattr(content, kind)(), background=content.background)
    with anyio.CancelScope() as scope:
        await respond(response, connection.scope, connection.receive, send)
    assert scope.cancelled_caught
    assert content.order == ["closing", "closed"]


@pytest.mark.parametrize("asgi", [NEW, OLD])
@pytest.mark.parametrize("kind", ["generate", "generate_in_thread"])
@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
async def test_an_error_of_send_is_raised_as_it_is(asgi, kind, error):
    async def send(message):
        if message.get("body") == b"1":
            raise error

    connection, content = Connection(asgi), Content()
    response = StreamingResponse(getattr(content, kind)(), background=content.background)
    with pytest.raises(type(error)) as caught:
        await respond(response, connection.scope, connection.receive, send)
    assert caught.value is error
    assert content.order == ["closing", "closed"]


async def test_a_client_on_a_websocket_that_leaves_its_denial():
    connection, content = Connection(NEW, kind="websocket"), Content()
    await respond(StreamingResponse(content.generate(), 403), connection.scope, connection.receive, connection.send)
    assert content.order == ["closing", "closed"]


# Content that reads the request while it is sent


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_the_body_of_the_request_is_not_lost(asgi):
    parts = [{"type": "http.request", "body": b"%d" % number, "more_body": number < 9} for number in range(10)]
    sent = []

    async def receive():
        await checkpoint()
        return parts.pop(0) if parts else await anyio.sleep_forever()

    async def send(message):
        await checkpoint()
        sent.append(message.get("body", b""))

    scope = Connection(asgi).scope
    request = Request(scope, receive)
    await respond(StreamingResponse(request.stream()), scope, receive, send)
    assert b"".join(sent) == b"0123456789"


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_a_client_that_leaves_while_its_request_is_read(asgi):
    async def receive():
        await checkpoint()
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message):
        await checkpoint()

    parts = [{"type": "http.request", "body": b"x", "more_body": True}]
    content = Content()
    scope = Connection(asgi).scope
    request = Request(scope, receive)
    await respond(StreamingResponse(request.stream(), background=content.background), scope, receive, send)
    assert content.order == ["background"]


@pytest.mark.parametrize("asgi", [NEW, OLD])
async def test_the_disconnect_of_another_request_is_an_error(asgi):
    async def generate():
        yield b"x"
        raise ClientDisconnect

    connection, content = Connection(asgi, chunks=100), Content()
    with pytest.raises(ClientDisconnect):
        await respond(
            StreamingResponse(generate(), background=content.background),
            connection.scope,
            connection.receive,
            connection.send,
        )
    assert content.order == []


async def test_a_class_may_raise_what_a_client_does_that_leaves():
    class Raising(StreamingResponse):
        raises_disconnect = True

    ran = []

    async def background():
        ran.append(True)

    content, connection = Content(), Connection(NEW)
    response = Raising(content.generate(), background=background)
    with pytest.raises(ClientDisconnect):
        await response(connection.scope, connection.receive, connection.send)
    assert ran == []
    connection = Connection(OLD)
    await Raising(Content().generate(), background=background)(connection.scope, connection.receive, connection.send)
    assert ran == [True]
