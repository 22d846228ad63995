"""What the tests of WebSockets share: the other side of a connection."""

import pytest

from asgi_websockets import WebSocket


class Server:
    """Gives the messages it was made with, keeps those it is sent, and breaks on those of the type ``breaks_on``."""

    def __init__(self, *events, breaks_on=None):
        self.left = list(events)
        self.sent = []
        self.breaks_on = breaks_on

    async def receive(self):
        return self.left.pop(0)

    async def send(self, message):
        if message["type"] == self.breaks_on:
            raise OSError("The transport is closed.")
        self.sent.append(message)

    def websocket(self, **scope):
        return WebSocket({"type": "websocket", "path": "/", "headers": [], **scope}, self.receive, self.send)


@pytest.fixture(scope="session", name="serve")
def serve_fixture():
    """``serve(*events)`` is a server whose client has connected and sent these: a str, bytes, or an ASGI message."""

    def make(*events, **options):
        messages = [
            event if isinstance(event, dict) else {"type": "websocket.receive", _key(event): event} for event in events
        ]
        return Server({"type": "websocket.connect"}, *messages, **options)

    return make


def _key(event):
    return "text" if isinstance(event, str) else "bytes"
