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


async def wrapped(websocket):
    await echo(websocket)


@pytest.mark.parametrize(
    "func",
    [
        lambda websocket: wrapped(websocket),  # noqa: PLW0108 - it is no coroutine function
        lambda websocket: Awaitable(wrapped(websocket)),
    ],
    ids=["coro", "own"],
)
async def test_a_function_may_return_what_is_awaited_as_decorators_make_it(drive, func):
    answer = await drive.websocket(websocket_session(func), "/ws", ["a"])
    assert [message.get("text") for message in answer.messages] == [None, "A"]


class Awaitable:
    def __init__(self, coroutine):
        self.coroutine = coroutine

    def __await__(self):
        return self.coroutine.__await__()


async def test_a_function_that_is_not_async_is_refused_with_the_fix(serve):
    def chat(websocket): ...

    server = serve()
    with pytest.raises(TypeError) as caught:
        await server.run(websocket_session(chat), extensions={"websocket.http.response": {}})
    assert str(caught.value) == (
        "chat is not async: define it as 'async def chat(websocket)', "
        "and run what blocks in it with anyio.to_thread.run_sync()."
    )
    assert server.sent[0]["status"] == 500


async def test_an_object_that_is_not_async_is_refused_by_the_name_of_its_class(serve):
    class Chat:
        def __call__(self, websocket): ...

    with pytest.raises(TypeError, match="Chat is not async"):
        await serve().run(websocket_session(Chat()))


def test_routers_see_an_application_with_the_name_of_the_function():
    app = websocket_session(echo)
    assert not isinstance(app, FunctionType)
    assert app.__name__ == "echo"
    assert websocket_session(partial(greeting, "Hi")).__name__ == "partial"
