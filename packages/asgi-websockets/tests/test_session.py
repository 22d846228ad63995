from functools import partial
from types import FunctionType

import pytest

from asgi_websockets import WebSocket, websocket_session


async def echo(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text.upper())


class Echo:
    async def __call__(self, websocket):
        await echo(websocket)


async def greeting(word, websocket):
    await websocket.accept()
    await websocket.send_text(word)
    await websocket.close()


@pytest.mark.parametrize("func", [echo, Echo(), Echo().__call__], ids=["function", "object", "method"])
async def test_a_function_becomes_an_application(drive, func):
    answer = await drive.websocket(websocket_session(func), "/ws", ["a", "b"])
    assert [message.get("text") for message in answer.messages] == [None, "A", "B"]


async def test_a_partial_is_a_function_too(drive):
    answer = await drive.websocket(websocket_session(partial(greeting, "Hi")))
    assert [message["type"] for message in answer.messages] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert answer.messages[1]["text"] == "Hi"


async def test_every_connection_has_a_websocket_of_its_own(drive):
    seen = []

    async def keep(websocket):
        seen.append(websocket)
        await websocket.close()

    app = websocket_session(keep)
    for path in ("/a", "/b"):
        await drive.websocket(app, path)
    assert [type(websocket) for websocket in seen] == [WebSocket, WebSocket]
    assert [websocket.url.path for websocket in seen] == ["/a", "/b"]


async def test_another_class_can_be_given(drive):
    class Chat(WebSocket):
        async def greet(self):
            await self.accept()
            await self.send_text("Hello")

    answer = await drive.websocket(websocket_session(Chat.greet, websocket_class=Chat))
    assert answer.messages[1]["text"] == "Hello"


async def test_another_scope_is_an_assertion_error(drive):
    with pytest.raises(AssertionError, match="Not a WebSocket's scope: 'http'"):
        await drive.request(websocket_session(echo))


def test_a_function_that_is_not_async_is_refused_with_the_fix():
    def chat(websocket): ...

    with pytest.raises(TypeError) as caught:
        websocket_session(chat)
    assert str(caught.value) == (
        "chat is not async: define it as 'async def chat(websocket)', "
        "and run what blocks in it with anyio.to_thread.run_sync()."
    )


def test_an_object_that_is_not_async_is_refused_by_the_name_of_its_class():
    class Chat:
        def __call__(self, websocket): ...

    with pytest.raises(TypeError, match="Chat is not async"):
        websocket_session(Chat())


def test_routers_see_an_application_with_the_name_of_the_function():
    app = websocket_session(echo)
    assert not isinstance(app, FunctionType)
    assert app.__name__ == "echo"
    assert websocket_session(partial(greeting, "Hi")).__name__ == "partial"
