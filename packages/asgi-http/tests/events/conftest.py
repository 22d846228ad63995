"""What the tests of event streams share."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import SHUTDOWN, EventSourceResponse

EVENT = b"data: event\r\n\r\n"


class Client:
    """Stands for the server and a client that stays, until it is told to leave."""

    def __init__(self, **scope):
        self.scope = {"type": "http", "method": "GET", "path": "/", "headers": [], **scope}
        self.messages = []
        self.has_begun = anyio.Event()
        self.has_left = anyio.Event()
        self.delay = 0

    async def receive(self):
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.messages.append(message)
        if message.get("body") == EVENT:
            self.has_begun.set()
        await anyio.sleep(self.delay)

    async def get(self, response):
        with anyio.fail_after(5):
            await response(self.scope, self.receive, self.send)
        return self

    @property
    def chunks(self):
        """The parts of the body that are not empty."""
        return [message["body"] for message in self.messages[1:] if message["body"]]

    @property
    def has_end(self):
        """Whether the body was brought to its end."""
        return not self.messages[-1].get("more_body", True)

    @property
    def headers(self):
        return dict(self.messages[0]["headers"])


class Exchange(Client):
    """A response, the client it goes to, and what happened to its content."""

    def __init__(self, shutdown=None, asgi=None, delay=0):
        super().__init__(asgi=asgi or {"version": "3.0", "spec_version": "2.4"})
        if shutdown is not None:
            self.scope["state"] = {SHUTDOWN: shutdown}
        self.log = []
        self.delay = delay
        self.error = None

    async def send(self, message):
        if self.error is not None:
            raise self.error
        self.messages.append(message)
        if message.get("body") == EVENT:
            self.has_begun.set()
            await anyio.sleep(self.delay)

    async def content(self, count=1):
        """Some events, and then it waits for ever."""
        try:
            for _ in range(count):
                yield "event"
            await anyio.sleep_forever()
        finally:
            self.log.append("closed")

    async def note_background(self):
        await checkpoint()
        self.log.append("background")

    async def note_left(self, message):
        await checkpoint()
        assert message == {"type": "http.disconnect"}
        self.log.append("left")

    async def run(self, content=None, **arguments):
        response = EventSourceResponse(
            self.content() if content is None else content,
            background=self.note_background,
            client_close_handler_callable=self.note_left,
            **arguments,
        )
        await response(self.scope, self.receive, self.send)
        self.log.append("returned")


async def slow_content(*waits):
    for wait in waits:
        await anyio.sleep(wait)
        yield "event"


@pytest.fixture
def client_of():
    """Makes a client; give it what its scope has besides."""
    return Client


@pytest.fixture
def exchange_of():
    """Makes an exchange; tests change it by subclasses."""
    return Exchange


@pytest.fixture(name="slow_content")
def slow_content_fixture():
    """Makes content of one event after each of some waits."""
    return slow_content
