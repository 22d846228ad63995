"""A server that tells of the disconnect while it sends the end, behind which it closes the connection."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_http import EventSourceResponse, FileResponse, StreamingResponse


class ClosingServer:
    """Has sent the end, and the client is told to go, before ``send`` of the last message returns."""

    def __init__(self):
        self.closing = anyio.Event()
        self.has_closed = False

    async def receive(self):
        await self.closing.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.closing.set()
            for _ in range(10):
                await checkpoint()
            self.has_closed = True


@pytest.fixture(name="path")
def path_fixture(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(1024 * 1024))
    return path


async def chunks():
    for chunk in ("a", "b"):
        await checkpoint()
        yield chunk


@pytest.mark.parametrize("kind", ["stream", "events", "file"])
async def test_the_end_is_sent_whole(kind, path):
    response = {
        "stream": lambda: StreamingResponse(chunks()),
        "events": lambda: EventSourceResponse(chunks()),
        "file": lambda: FileResponse(path),
    }[kind]()
    server = ClosingServer()
    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.1"}}
    with anyio.fail_after(10):
        await response(scope, server.receive, server.send)
    assert server.has_closed
