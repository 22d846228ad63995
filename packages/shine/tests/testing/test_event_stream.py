"""Server-sent events as a test reads them."""

import math

import anyio
import anyio.lowlevel
import pytest

from shine.events import EventSourceResponse
from shine.testclient import AsyncTestClient

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}


def body(data, more_body=True):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


class Steps:
    """An application that sends an event each time it is told to, and says how it ended."""

    def __init__(self):
        self.told, self.to_do = None, None
        self.end = None

    async def __call__(self, scope, receive, send):
        self.told, self.to_do = anyio.create_memory_object_stream(100)
        await send(START)
        try:
            async for data in self.to_do:
                await send(body(data))
            await send(body(b"", False))
        except BaseException as exc:
            self.end = type(exc).__name__
            raise
        finally:
            self.to_do.close()
            self.told.close()


async def test_event_by_event():
    app = Steps()
    async with AsyncTestClient(app, lifespan=False).events("/") as events:
        await app.told.send(b"data: 1\n\ndata: 2\n\nda")
        assert (await events.receive()).data == "1"
        assert (await events.receive()).data == "2"
        with pytest.raises(TimeoutError, match=r"No event came within 0\.01 seconds"):
            await events.receive(0.01)
        await app.told.send(b"ta: 3\n\n")
        assert (await events.receive(math.inf)).data == "3"
        app.told.close()
        for _ in range(2):
            with pytest.raises(EOFError, match="The stream of events has ended"):
                await events.receive()
    assert app.end is None


async def test_no_event_is_lost_by_timeouts():
    app = Steps()
    async with AsyncTestClient(app, lifespan=False).events("/", timeout=0.001) as events:
        received = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(feed, app)
            while len(received) < 200:
                try:
                    received.append((await events.receive(0)).data)
                except TimeoutError:
                    with anyio.move_on_after(0.0001):
                        received.append((await events.receive()).data)
    assert received == [str(i) for i in range(200)]


async def feed(app):
    for i in range(200):
        half = b"data: %d\n\n" % i
        await app.told.send(half[:3])
        await anyio.lowlevel.checkpoint()
        await app.told.send(half[3:])


async def test_leaving_the_block_disconnects():
    app = Steps()
    async with AsyncTestClient(app, lifespan=False).events("/") as events:
        await app.told.send(b"data: 1\n\n")
        await events.receive()
        await app.told.send(b"data: 2\n\n")
    assert app.end == "ClientGone"


async def test_what_waits_for_something_else_is_cancelled():
    app = Steps()
    async with AsyncTestClient(app, lifespan=False).events("/"):
        pass
    assert app.end in ("Cancelled", "CancelledError")


async def test_an_application_that_fails():
    async def app(scope, receive, send):
        await send(START)
        await send(body(b"data: 1\n\n"))
        raise LookupError

    with pytest.raises(LookupError):
        async with AsyncTestClient(app, lifespan=False).events("/") as events:
            assert [event.data async for event in events] == ["1"]


async def test_no_stream_of_events(sends):
    plain = {"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]}
    with pytest.raises(AssertionError, match="Expected a stream of events, but got 404 'text/plain': No such page"):
        await AsyncTestClient(sends(plain, body(b"No such page.", False)), lifespan=False).events("/").__aenter__()
    app = sends({**START, "headers": []}, body(b"", False))
    with pytest.raises(AssertionError, match=r"Expected a stream of events, but got 200 '': $"):
        await AsyncTestClient(app, lifespan=False).events("/").__aenter__()


async def test_what_the_application_sees(answers):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope["method"], scope["path"], dict(scope["headers"])))
        await send(START)
        await send(body(b"", False))

    client = AsyncTestClient(app, lifespan=False)
    async with client.events("/a", headers={"X-A": "b", "Accept-Encoding": "gzip"}) as events:
        assert events.response.status_code == 200
    async with client.events("/b", method="POST", last_event_id="7", json=[1]):
        pass
    (method, path, headers), (method2, path2, headers2) = seen
    assert (method, path, headers[b"x-a"], headers[b"accept-encoding"]) == ("GET", "/a", b"b", b"identity")
    assert headers[b"accept"] == b"text/event-stream"
    assert b"last-event-id" not in headers
    assert (method2, path2, headers2[b"last-event-id"]) == ("POST", "/b", b"7")


async def test_after_a_redirect():
    async def app(scope, receive, send):
        if scope["path"] == "/":
            await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"/to")]})
            await send(body(b"", False))
        else:
            await EventSourceResponse(numbers())(scope, receive, send)

    async def numbers():
        for i in range(3):
            yield str(i)

    async with AsyncTestClient(app, lifespan=False).events("/") as events:
        assert [event.data async for event in events] == ["0", "1", "2"]
