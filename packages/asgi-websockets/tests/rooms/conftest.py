"""What the tests of rooms share: clients of websockets, and what they are in a room by."""

import math
from functools import partial

import anyio
import pytest

from asgi_websockets import Rooms, websocket_session


class Client:
    """Stands for a server and one client: a stream each way, which the client reads as slowly as it likes.

    ``delay`` is how long each text takes, and ``close_delay`` the close frame. While ``is_stuck`` no send returns, and
    while ``is_gone`` each one raises.
    """

    def __init__(self, lint, delay=0):
        self.lint = lint
        self.delay = delay
        self.close_delay = 0
        self.is_stuck = False
        self.is_gone = False
        self.sent = []
        self.error = None
        self.has_ended = anyio.Event()
        self._said, self._to_hear = anyio.create_memory_object_stream(math.inf)
        self._change = anyio.Event()
        self._said.send_nowait({"type": "websocket.connect"})

    async def open(self, app):
        """Be connected with ``app`` until that ends; ``error`` is what it raises then."""
        scope = {"type": "websocket", "path": "/", "headers": []}
        try:
            await self.lint(app)(scope, self._to_hear.receive, self._send)
        except Exception as exc:
            self.error = exc
        finally:
            self._said.close()
            self._to_hear.close()
            self.has_ended.set()
            self._note_change()

    def say(self, text):
        self._said.send_nowait({"type": "websocket.receive", "text": text})

    def leave(self, code=1001):
        self._said.send_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})

    @property
    def data(self):
        """The texts and bytes that it was sent."""
        messages = [message for message in self.sent if message["type"] == "websocket.send"]
        return [message["text"] if "text" in message else message["bytes"] for message in messages]

    @property
    def close_code(self):
        """The code that the application closed with, None if it did not."""
        codes = [message["code"] for message in self.sent if message["type"] == "websocket.close"]
        return codes[0] if codes else None

    async def has(self, count):
        """Wait until it was sent so many texts and bytes, and return them."""
        while len(self.data) < count:
            assert not self.has_ended.is_set(), f"The connection ended with {self.error!r} after {self.data}"
            await self._change.wait()
        return self.data

    async def _send(self, message):
        if self.is_gone:
            raise OSError("The transport is closed.")
        if self.is_stuck:
            await anyio.sleep_forever()
        if message["type"] == "websocket.send":
            await anyio.sleep(self.delay)
            message.get("text", "").encode()  # as servers do
        elif message["type"] == "websocket.close":
            await anyio.sleep(self.close_delay)
        self.sent.append(message)
        self._note_change()

    def _note_change(self):
        self._change.set()
        self._change = anyio.Event()


@pytest.fixture
def client_of(drive):
    """Makes a `Client`; it has to be made within the event loop."""
    return partial(Client, drive.lint)


def chat(rooms, name="lobby", info=None, **options):
    """An application that sends what its client says to the room, and what is sent to the room to its client."""

    async def endpoint(websocket):
        await websocket.accept()
        async with rooms[name].connect(websocket, info, **options):
            async for text in websocket.iter_text():
                await rooms[name].broadcast_text(text)

    return websocket_session(endpoint)


@pytest.fixture(name="chat", scope="session")
def chat_fixture():
    return chat


async def until(condition):
    """Wait until ``condition()`` is true."""
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - nothing tells when it becomes true
            await anyio.sleep(0.001)


@pytest.fixture(name="until", scope="session")
def until_fixture():
    return until


async def take(member, count):
    """The data of the next ``count`` messages of a member."""
    with anyio.fail_after(20):
        return [(await anext(member)).data for _ in range(count)]


@pytest.fixture(name="take", scope="session")
def take_fixture():
    return take


async def waiting(member):
    """The data of all that waits for a member, which leaves by it."""
    member.leave()
    with anyio.fail_after(20):
        return [message.data async for message in member]


@pytest.fixture(name="waiting", scope="session")
def waiting_fixture():
    return waiting


@pytest.fixture
def rooms():
    return Rooms()
