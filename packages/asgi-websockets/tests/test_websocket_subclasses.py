"""What stands in for a WebSocket, or builds upon one: mocks of unit tests, and subclasses."""

import inspect
from unittest.mock import AsyncMock, create_autospec

import pytest

from asgi_websockets import WebSocket

COROUTINES = [
    *("receive", "receive_text", "receive_bytes", "receive_json", "wait_closed"),
    *("send", "send_text", "send_bytes", "send_json", "accept", "close", "send_denial_response"),
]


@pytest.mark.parametrize("name", COROUTINES)
async def test_methods_to_await_look_like_it(name):
    assert inspect.iscoroutinefunction(getattr(WebSocket, name))


@pytest.mark.parametrize(
    "mocked",
    [lambda: AsyncMock(spec=WebSocket), lambda: create_autospec(WebSocket, instance=True)],
    ids=["spec", "auto"],
)
async def test_a_mock_of_it_can_be_used_as_it_is(mocked):
    class Manager:
        """As in the tutorials."""

        def __init__(self):
            self.active = []

        async def connect(self, websocket):
            await websocket.accept()
            self.active.append(websocket)

        async def broadcast(self, text):
            for websocket in self.active:
                await websocket.send_text(text)
                await websocket.send_bytes(text.encode())
                await websocket.send_json({"text": text})

    websocket = mocked()
    websocket.receive_text.return_value = "Hello"
    websocket.receive_bytes.return_value = b"Hello"
    manager = Manager()
    await manager.connect(websocket)
    await manager.broadcast(await websocket.receive_text())
    assert await websocket.receive_bytes() == b"Hello"
    await websocket.close(1008)
    websocket.accept.assert_awaited_once_with()
    websocket.send_text.assert_awaited_once_with("Hello")
    websocket.send_bytes.assert_awaited_once_with(b"Hello")
    websocket.send_json.assert_awaited_once_with({"text": "Hello"})
    websocket.close.assert_awaited_once_with(1008)


class Counting(WebSocket):
    """Notes what goes out, in each method by which a program sends."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen = []

    async def send_text(self, data):
        self.seen.append(data)
        await super().send_text(data)

    async def send_bytes(self, data):
        self.seen.append(data)
        await super().send_bytes(data)

    async def send_json(self, data, mode="text"):
        self.seen.append(data)
        await super().send_json(data, mode)


async def test_a_subclass_that_overrides_all_ways_to_send_sees_each_message_once(serve):
    server = serve()
    websocket = await server.accepted(Counting)
    await websocket.send_text("a")
    await websocket.send_bytes(b"b")
    await websocket.send_json(["c"])
    await websocket.send_json(["d"], mode="binary")
    assert websocket.seen == ["a", b"b", ["c"], ["d"]]
    assert [message.get("text", message.get("bytes")) for message in server.sent[1:]] == ["a", b"b", '["c"]', b'["d"]']


async def test_a_subclass_that_overrides_send_sees_every_message(serve):
    class Watching(WebSocket):
        async def send(self, message):
            seen.append(message["type"])
            await super().send(message)

    seen = []
    websocket = await serve().accepted(Watching)
    await websocket.send_text("a")
    await websocket.send_bytes(b"b")
    await websocket.send_json("c")
    await websocket.send_json("d", mode="binary")
    await websocket.close()
    assert seen == ["websocket.accept", *["websocket.send"] * 4, "websocket.close"]


async def test_a_subclass_that_overrides_receive_text_is_what_iterating_calls(serve, left):
    class Loud(WebSocket):
        async def receive_text(self, *, timeout=None):
            return (await super().receive_text(timeout=timeout)).upper()

    websocket = await serve("a", "b", left).accepted(Loud)
    assert [text async for text in websocket.iter_text()] == ["A", "B"]
