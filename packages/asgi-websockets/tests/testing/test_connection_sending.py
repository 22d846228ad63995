"""What the application sees when the client is gone, or does not receive what it sends."""

from contextlib import suppress

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}
START = {"type": "websocket.http.response.start", "status": 403, "headers": [(b"a", b"b")]}
END = {"type": "websocket.http.response.body", "body": b"No."}


def text(data):
    return {"type": "websocket.send", "text": data}


async def accepted(app, **options):
    async with AsyncWebSocketTestSession(app, **options):
        pass


async def test_after_the_client_closed_send_is_an_os_error():
    caught = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await receive()
        for message in (text("a"), text("b"), CLOSE):
            try:
                await send(message)
            except OSError as error:
                caught.append(str(error))

    async with AsyncWebSocketTestSession(app) as session:
        await session.close()
    assert caught == ["The client has closed the connection."] * 3


@pytest.mark.parametrize("nested", [False, True])
async def test_an_application_may_let_that_error_out(nested):
    async def push(send):
        while True:
            await send(text("tick"))
            await anyio.sleep(0.001)

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        if nested:
            async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
                outer.start_soon(push, send)
                inner.start_soon(push, send)
        await push(send)

    async with AsyncWebSocketTestSession(app) as session:
        assert await session.receive_text() == "tick"
    assert session.close_code == 1000


async def test_what_fails_beside_that_error_is_raised():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await receive()
        try:
            await send(text("a"))
        except OSError as error:
            raise ExceptionGroup("Both", [error, LookupError("No such room.")]) from None

    with pytest.raises(ExceptionGroup, match="Both") as caught:
        await accepted(app)
    assert [type(error) for error in caught.value.exceptions][1:] == [LookupError]


async def test_another_os_error_is_a_failure():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        raise ConnectionResetError("The database is gone.")

    with pytest.raises(ConnectionResetError, match="database"):
        await accepted(app)


async def test_closes_may_cross():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await anyio.sleep(0.02)
        await send({**CLOSE, "code": 4000})
        await send(text("a"))

    with pytest.raises(RuntimeError, match="The connection is over, but"):
        async with AsyncWebSocketTestSession(app) as session:
            await session.close(4001)
    assert session.close_code == 4001


async def test_a_close_after_the_disconnect_is_too_late():
    caught = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await receive()
        with pytest.raises(OSError) as error:
            await send(CLOSE)
        caught.append(error.value)

    await accepted(app)
    assert caught


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ([ACCEPT, {**CLOSE, "code": 4000, "reason": "Bye."}], 4000, "Bye."),
        ([{**CLOSE, "code": 4000, "reason": "No."}], 1006, "No."),
        ([START, END], 1006, ""),
    ],
)
async def test_after_its_own_end_the_application_receives_a_disconnect(messages, code, reason):
    seen = []

    async def app(scope, receive, send):
        await receive()
        for message in messages:
            await send(message)
        seen.append(await receive())

    with suppress(WebSocketDisconnect):
        await accepted(app)
    assert seen == [{"type": "websocket.disconnect", "code": code, "reason": reason}]


async def test_what_comes_after_its_own_close_is_lost():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(CLOSE)
        await anyio.sleep(0.02)
        seen.append((await receive())["type"])

    async with AsyncWebSocketTestSession(app) as session:
        await anyio.sleep(0.01)
        await session.send_text("a")
    assert seen == ["websocket.disconnect"]


async def test_the_application_waits_when_the_queue_is_full():
    sent = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        for number in range(6):
            await send(text(str(number)))
            sent.append(number)
        await send(CLOSE)
        sent.append("close")

    async with AsyncWebSocketTestSession(app, max_queue=2) as session:
        for _ in range(20):
            await checkpoint()
        assert sent == [0, 1]
        assert await session.receive_text() == "0"
        for _ in range(20):
            await checkpoint()
        assert sent == [0, 1, 2]
        assert [data async for data in session] == ["1", "2", "3", "4", "5"]
    assert sent[-1] == "close"
    assert session.close_code == 1000


async def test_leaving_frees_an_application_that_waits_to_send(monkeypatch):
    monkeypatch.setattr("asgi_websockets._testing.async_session.REST", 4)
    caught = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(text("a"))
        with pytest.raises(OSError) as error:
            await send(text("b"))
        caught.append(error.value)

    started = anyio.current_time()
    await accepted(app, max_queue=1)
    assert caught
    assert anyio.current_time() - started < 3


async def test_leaving_lets_an_application_go_on_that_has_room_again():
    sent = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(text("a"))
        await send(text("b"))
        sent.append("b")
        await receive()

    for _ in range(20):  # which of two tasks runs first is chance on trio
        async with AsyncWebSocketTestSession(app, max_queue=1) as session:
            await checkpoint()
            await session.receive()
    assert sent == ["b"] * 20


async def test_tasks_that_wait_to_send_have_their_turn_in_order():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(send, text(str(number)))
                await checkpoint()
                await checkpoint()

    async with AsyncWebSocketTestSession(app, max_queue=1) as session:
        for _ in range(100):
            await checkpoint()
        assert [data async for data in session] == [str(number) for number in range(10)]


async def test_a_message_that_was_cancelled_while_it_waited_is_not_sent():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(text("a"))
        with anyio.move_on_after(0.02):
            await send(CLOSE)
        await receive()
        await send(text("b"))
        await receive()

    async with AsyncWebSocketTestSession(app, max_queue=1) as session:
        await anyio.sleep(0.05)
        assert await session.receive_text() == "a"
        await session.send_text("go on")
        assert await session.receive_text() == "b"


async def test_a_message_is_what_it_was_when_it_was_sent():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        message = text("a")
        await send(message)
        message["text"] = "b"
        await receive()

    async with AsyncWebSocketTestSession(app) as session:
        await anyio.sleep(0.01)
        assert await session.receive() == {"type": "websocket.send", "text": "a"}


async def test_receive_does_not_lose_a_message_when_it_is_cancelled():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        with anyio.move_on_after(0.01):
            await receive()
        with anyio.move_on_after(0):
            await receive()
        await send(text("ready"))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await receive()
        seen.append(await receive())

    async with AsyncWebSocketTestSession(app) as session:
        await session.receive_text()
        await session.send_text("a")
    assert seen == [{"type": "websocket.receive", "text": "a"}]


async def test_tasks_of_the_application_may_receive_side_by_side():
    async def app(scope, receive, send):
        async def forward():
            await send(text((await receive())["text"]))

        await receive()
        await send(ACCEPT)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(forward)

    async with AsyncWebSocketTestSession(app) as session:
        for data in "abc":
            await session.send_text(data)
        assert sorted([data async for data in session]) == ["a", "b", "c"]
