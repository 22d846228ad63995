"""What the tests of WebSockets share: the other side of a connection, an error layer, and a look at what is left."""

import gc
import sys
from asyncio import Runner
from collections import deque
from contextlib import asynccontextmanager

import anyio
import pytest

from asgi_types import GUARD, VIEW, HTTPException, WebSocketException, answer, close_message
from asgi_websockets import WebSocket, WebSocketEndpoint

CONNECT = {"type": "websocket.connect"}
LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}


class Server:
    """The server's side of a connection: it gives events, keeps what it is sent, and is strict as servers are.

    When the events have been given it waits for more. It breaks on messages of the type ``breaks_on``, and never ends
    sending those of the type ``stuck_on`` before `flow` is called. Sending to it twice at a time is a mistake, and so
    is sending to it when it has told of the end.
    """

    def __init__(self, *events, breaks_on=None, stuck_on=None):
        self.left = deque(event(each) for each in events)
        self.sent = []
        self.breaks_on = breaks_on
        self.stuck_on = stuck_on
        self.attempts = []  # the types of all messages that were to be sent
        self.has_told_the_end = False
        self._is_sending = False
        self._news = None
        self._flows = None

    def put(self, *events):
        """Let the client send more."""
        self.left.extend(event(each) for each in events)
        if self._news is not None:
            self._news.set()
            self._news = None

    def flow(self):
        """End what is stuck."""
        self.stuck_on = None
        if self._flows is not None:
            self._flows.set()

    async def receive(self):
        while not self.left:
            self._news = self._news or anyio.Event()
            await self._news.wait()
        message = self.left.popleft()
        self.has_told_the_end = message["type"] == "websocket.disconnect"
        return message

    async def send(self, message):
        assert not self._is_sending, "Two tasks send at once."
        if self.has_told_the_end:
            raise RuntimeError("Nothing may be sent after the end.")
        self._is_sending = True
        self.attempts.append(message["type"])
        try:
            if message["type"] == self.stuck_on:
                self._flows = anyio.Event()
                await self._flows.wait()
            if message["type"] == self.breaks_on:
                raise OSError("The transport is closed.")
            self.sent.append(message)
        finally:
            self._is_sending = False

    @property
    def types(self):
        """What the messages that were sent are, without the prefix."""
        return [message["type"].removeprefix("websocket.") for message in self.sent]

    @property
    def texts(self):
        return [message["text"] for message in self.sent if "text" in message]

    @property
    def closed(self):
        """Code and reason of the close message, or None."""
        codes = [(message["code"], message["reason"]) for message in self.sent if message["type"] == "websocket.close"]
        assert len(codes) <= 1
        return codes[0] if codes else None

    @staticmethod
    def scope(**more):
        return {"type": "websocket", "path": "/", "headers": [], **more}

    def websocket(self, websocket_class=WebSocket, **scope):
        return websocket_class(self.scope(**scope), self.receive, self.send)

    async def accepted(self, websocket_class=WebSocket, **attributes):
        """A WebSocket that has been accepted, with these attributes."""
        websocket = self.websocket(websocket_class)
        for name, value in attributes.items():
            setattr(websocket, name, value)
        await websocket.accept()
        return websocket

    async def run(self, app, **scope):
        """Run an application on this connection."""
        await app(self.scope(**scope), self.receive, self.send)


def event(each):
    """The ASGI message for what a client does: it sends a str or bytes, or that is a message already."""
    if isinstance(each, dict):
        return each
    return {"type": "websocket.receive", "text" if isinstance(each, str) else "bytes": each}


class Recording(WebSocketEndpoint):
    """Keeps what it is given."""

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.got, cls.codes = [], []

    async def on_receive(self, websocket, data):
        self.got.append(data)

    async def on_disconnect(self, websocket, close_code):
        self.codes.append(close_code)


def recording(**attributes):
    """A new class with these attributes and methods."""
    return type("Example", (Recording,), attributes)


class ErrorLayer:
    """What promises to answer: it keeps what was raised to it, and the view that was left for it, and answers."""

    def __init__(self, app):
        self.app = app
        self.caught = None
        self.view = None

    async def __call__(self, scope, receive, send):
        await self._guard(self.app, scope, receive, send)

    async def _guard(self, app, scope, receive, send):
        scope[GUARD] = self._guard
        sent = []

        async def watched(message):
            sent.append(message["type"])
            await send(message)

        try:
            await app(scope, receive, watched)
        except Exception as exc:
            self.caught = exc
            self.view = scope.pop(VIEW)
            if {"websocket.close", "websocket.http.response.start"} & set(sent):
                return  # it is over
            if isinstance(exc, WebSocketException):
                await send(close_message(exc.code, exc.reason))
            else:
                refusal = exc if isinstance(exc, HTTPException) else HTTPException(500)
                await answer(scope, receive, send, refusal, is_accepted="websocket.accept" in sent)


@asynccontextmanager
async def tidy():
    """Fails if the block leaves a task, or an error that nobody can catch."""
    unraisable = []
    hook, sys.unraisablehook = sys.unraisablehook, unraisable.append
    before = {task.id for task in anyio.get_running_tasks()}
    gc.freeze()  # what was there before need not be looked at, which takes long
    try:
        yield
        await anyio.wait_all_tasks_blocked()
        gc.collect()
        left = [task for task in anyio.get_running_tasks() if task.id not in before]
        assert left == []
        assert [str(each.exc_value) for each in unraisable] == []
    finally:
        gc.unfreeze()
        sys.unraisablehook = hook


@pytest.fixture(scope="session")
def serve():
    """``serve(*events)`` is a server whose client has connected and then does these: str, bytes, or an ASGI message."""

    def make(*events, **options):
        return Server(CONNECT, *events, **options)

    return make


@pytest.fixture(scope="session")
def bare_serve():
    """As ``serve``, of a client that has not even connected."""
    return Server


@pytest.fixture(scope="session")
def left():
    """The event of a client that leaves."""
    return LEFT


@pytest.fixture(scope="session")
def error_layer():
    return ErrorLayer


@pytest.fixture(scope="session", name="recording")
def recording_fixture():
    """Makes endpoint classes that keep what they are given in ``got`` and ``codes``; it takes attributes."""
    return recording


@pytest.fixture(name="tidy", scope="session")
def tidy_fixture():
    return tidy


@pytest.fixture(scope="session")
def runner():
    """An event loop for tests that Hypothesis calls many times, which are not async."""
    with Runner() as runner:
        yield runner
