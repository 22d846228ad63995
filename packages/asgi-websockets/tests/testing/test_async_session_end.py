"""How a session ends: by either side, and with the block."""

import anyio
import pytest
from anyio.lowlevel import checkpoint

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected
from asgi_websockets.testing import AsyncWebSocketTestSession

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


def text(data):
    return {"type": "websocket.send", "text": data}


async def test_the_close_of_the_application(sends):
    async with AsyncWebSocketTestSession(
        sends(ACCEPT, text("a"), {**CLOSE, "code": 4000, "reason": "Bye."})
    ) as session:
        assert await session.receive_text() == "a"
        for _ in range(2):
            with pytest.raises(WebSocketDisconnect) as caught:
                await session.receive_text()
            assert (caught.value.code, caught.value.reason) == (4000, "Bye.")
    assert (session.close_code, session.close_reason) == (4000, "Bye.")


async def test_the_close_of_the_client(sends):
    session = AsyncWebSocketTestSession(sends(ACCEPT, text("a")))
    assert session.close_code is session.close_reason is None
    async with session:
        assert session.close_code is session.close_reason is None
        await anyio.sleep(0.01)
        await session.close(4001, "Bye.")
        await session.close(4002)
        assert await session.receive_text() == "a"  # it was under way
        with pytest.raises(WebSocketDisconnect) as caught:
            await session.receive_text()
        assert (caught.value.code, caught.value.reason) == (4001, "Bye.")
    assert (session.close_code, session.close_reason) == (4001, "Bye.")


async def test_close_as_a_message(echo):
    for message, code, reason in (
        ({"type": "websocket.disconnect", "code": 1001, "reason": "Away."}, 1001, "Away."),
        ({"type": "websocket.disconnect"}, 1005, ""),
    ):
        async with AsyncWebSocketTestSession(echo) as session:
            await session.send(message)
        assert (session.close_code, session.close_reason) == (code, reason)


async def test_leaving_closes_with_1000_and_waits_for_the_application():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        seen.append(await receive())
        await anyio.sleep(0.05)
        seen.append("ended")

    async with AsyncWebSocketTestSession(app) as session:
        pass
    assert seen == [{"type": "websocket.disconnect", "code": 1000, "reason": ""}, "ended"]
    assert session.close_code == 1000


async def test_leaving_lets_the_application_close_if_it_is_about_to(monkeypatch):
    monkeypatch.setattr("asgi_websockets._testing.async_session.REST", 4)

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        for _ in range(10):
            await send(text("a"))
            await checkpoint()
        await anyio.sleep(0.02)
        await send({**CLOSE, "code": 4000})

    async with AsyncWebSocketTestSession(app) as session:
        await session.receive_text()
    assert session.close_code == 4000


async def test_leaving_does_not_wait_for_one_that_listens(monkeypatch, echo):
    monkeypatch.setattr("asgi_websockets._testing.async_session.REST", 4)
    async with AsyncWebSocketTestSession(echo):
        started = anyio.current_time()
    assert anyio.current_time() - started < 3


async def test_nor_for_one_that_has_closed(monkeypatch):
    monkeypatch.setattr("asgi_websockets._testing.async_session.REST", 4)

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(CLOSE)
        await anyio.sleep(0.05)

    async with AsyncWebSocketTestSession(app):
        await anyio.sleep(0.01)
        started = anyio.current_time()
    assert anyio.current_time() - started < 3


async def test_leaving_waits_for_answers_to_what_was_sent():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        while (message := await receive())["type"] == "websocket.receive":
            await checkpoint()
            await send(text("ok"))
            seen.append(message["text"])

    async with AsyncWebSocketTestSession(app) as session:
        for number in range(20):
            await session.send_text(str(number))
    assert seen == [str(number) for number in range(20)]


async def test_one_that_does_not_end_is_cancelled(stuck):
    ended = []

    async def app(scope, receive, send):
        try:
            await stuck(scope, receive, send)
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError) as caught:
        async with AsyncWebSocketTestSession(app, timeout=0.1):
            pass
    assert ended
    assert str(caught.value).startswith(
        "The application did not end within 0.1 seconds of the disconnect. It waits in stuck(), "
    )
    assert caught.value.__cause__ is None


async def test_what_fails_when_it_is_cancelled_is_the_cause(stuck):
    async def app(scope, receive, send):
        try:
            await stuck(scope, receive, send)
        finally:
            raise LookupError("In the clean-up.")

    with pytest.raises(TimeoutError, match="did not end") as caught:
        async with AsyncWebSocketTestSession(app, timeout=0.1):
            pass
    assert isinstance(caught.value.__cause__, LookupError)


async def test_one_that_returns_without_a_close():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)

    async with AsyncWebSocketTestSession(app) as session:
        with pytest.raises(WebSocketDisconnect) as caught:
            await session.receive()
        assert caught.value.code == 1006
    assert session.close_code == 1006


async def test_after_the_close_was_received_nothing_can_be_sent(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, {**CLOSE, "code": 4000})) as session:
        await anyio.sleep(0.01)
        await session.send_text("lost")  # the client cannot know yet
        with pytest.raises(WebSocketDisconnect):
            await session.receive()
        with pytest.raises(WebSocketDisconnected, match="The connection is closed, with code 4000"):
            await session.send_text("a")


async def test_after_its_own_close_nothing_can_be_sent(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        await session.close()
        with pytest.raises(WebSocketDisconnected, match="The connection is closed, with code 1000"):
            await session.send_text("a")


async def test_after_a_failure_nothing_can_be_sent(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, error=LookupError())) as session:
        with pytest.raises(LookupError):
            await session.receive()
        with pytest.raises(WebSocketDisconnected, match="with code 1006"):
            await session.send_text("a")


async def test_a_session_that_is_abandoned():
    ended = []

    async def app(scope, receive, send):
        await send(ACCEPT)
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    session = AsyncWebSocketTestSession(app)
    await session.abandon()  # nothing, as it is not entered
    async with session:
        await session.abandon()
        assert ended == [True]
        with pytest.raises(RuntimeError, match="A session is used inside its 'with' block"):
            await session.receive()


async def test_one_who_is_not_strict_takes_what_is_malformed_and_cancels_without_an_error():
    seen = []

    async def app(scope, receive, send):
        await send({**ACCEPT, "subprotocol": "not offered"})
        await send({"type": "websocket.send"})
        await receive()
        seen.append(await receive())
        try:
            await anyio.sleep_forever()
        finally:
            seen.append("ended")

    async with AsyncWebSocketTestSession(app, strict=False) as session:
        assert await session.receive() == {"type": "websocket.send"}
        await session.send({"type": "websocket.receive", "text": "a", "bytes": b"b"})
    assert seen == [{"type": "websocket.receive", "text": "a", "bytes": b"b"}, "ended"]
