"""At shutdown, an `EventSourceResponse` ends in limited time whatever the client does; the rest is in ..._end.py."""

from time import monotonic

import anyio
import pytest

from asgi_http import SHUTDOWN, EventSourceResponse, Shutdown

END_TIMEOUT = 0.1


@pytest.fixture(autouse=True)
def short_end_timeout(monkeypatch):
    monkeypatch.setattr("asgi_http._events.event_source_response.END_TIMEOUT", END_TIMEOUT)


class Stuck:
    """The server of a client that takes the first event, or fewer chunks, and then reads nothing more."""

    def __init__(self, taken=b"data: event\r\n\r\n"):
        self.shutdown = Shutdown()
        self.taken = taken
        self.is_stuck = False
        self.messages = []
        self.log = []

    async def send(self, message):
        if self.is_stuck:
            await anyio.sleep_forever()
        self.messages.append(message)
        self.is_stuck = message.get("body") == self.taken

    async def get(self, content, **arguments):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {SHUTDOWN: self.shutdown}}
        try:
            await EventSourceResponse(content, **arguments)(scope, anyio.sleep_forever, self.send)
        except LookupError:
            self.log.append("raised")
        self.log.append("returned")

    async def time_to_shut_down(self, content, **arguments):
        """Seconds that the response takes to end after the shutdown."""
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: self.get(content, **arguments))
                await anyio.wait_all_tasks_blocked()
                began = monotonic()
                self.shutdown.set()
        return monotonic() - began


async def ending():
    yield "event"


async def failing():
    yield "event"
    raise LookupError


@pytest.mark.parametrize(
    ("content", "log"), [(ending, ["returned"]), (failing, ["raised", "returned"])], ids=["ended", "failed"]
)
async def test_content_that_had_ended_before(content, log):
    client = Stuck()
    assert END_TIMEOUT <= await client.time_to_shut_down(content()) < 1
    assert client.log == log


async def test_content_that_fails_while_it_may_say_goodbye():
    async def content():
        yield "event"
        await anyio.sleep(0.05)
        raise LookupError

    client = Stuck()
    assert await client.time_to_shut_down(content(), shutdown_grace_period=0.1) < 1
    assert client.log == ["raised", "returned"]


async def test_the_begin_of_the_body():
    client = Stuck(taken=None)  # which is the message with the headers
    assert END_TIMEOUT <= await client.time_to_shut_down(ending()) < 1
    assert client.log == ["returned"]


async def test_a_shutdown_while_the_end_is_being_taken_leaves_it_its_time():
    class Slow(Stuck):
        async def send(self, message):
            if self.is_stuck:
                await anyio.sleep(END_TIMEOUT / 2)
            self.messages.append(message)
            self.is_stuck = message.get("body") == self.taken

    client = Slow()
    await client.time_to_shut_down(ending())
    assert client.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_content_that_takes_long_to_close_has_its_end():
    async def content():
        try:
            yield "event"
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(END_TIMEOUT * 3)

    client = Stuck(taken=b"never")
    assert await client.time_to_shut_down(content()) >= END_TIMEOUT * 3
    assert client.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_heartbeat_that_is_being_sent_when_the_content_ends_is_sent_whole():
    async def content():
        await begun.wait()
        for item in ():
            yield item

    async def send(message):
        if message.get("body") == b": ping\r\n\r\n":
            begun.set()
            await anyio.sleep(0.05)
        sent.append(message.get("body"))

    begun, sent = anyio.Event(), []
    client = Stuck()
    client.send = send
    with anyio.fail_after(5):
        await client.get(content(), ping=0.01)
    assert sent == [None, b"", b": ping\r\n\r\n", b""]
