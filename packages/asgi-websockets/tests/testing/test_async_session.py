import gc
import json
import math
import weakref
from contextlib import aclosing
from contextvars import ContextVar

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


def text(data):
    return {"type": "websocket.send", "text": data}


async def test_text_bytes_and_json_go_there_and_back(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        await session.send_text("é")
        assert await session.receive_text() == "é"
        await session.send_bytes(b"\xff")
        assert await session.receive_bytes() == b"\xff"
        await session.send_json({"a": [1, "é"]})
        assert await session.receive() == {"type": "websocket.send", "text": '{"a":[1,"é"]}'}
        await session.send_json({"a": [1, "é"]}, mode="binary")
        assert await session.receive() == {"type": "websocket.send", "bytes": '{"a":[1,"é"]}'.encode()}
        await session.send_json([1])
        assert await session.receive_json() == [1]
        await session.send_json([1], "binary")
        assert await session.receive_json("binary") == [1]
        await session.send({"type": "websocket.receive", "text": None, "bytes": b"a"})
        assert await session.receive() == {"type": "websocket.send", "text": None, "bytes": b"a"}


async def test_empty_messages_are_messages(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        await session.send_text("")
        assert await session.receive_text() == ""
        await session.send_bytes(b"")
        assert await session.receive_bytes() == b""


async def test_the_other_kind_of_message_is_an_assertion_error_that_shows_it(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        await session.send_bytes(b"a")
        with pytest.raises(AssertionError) as caught:
            await session.receive_text()
        assert str(caught.value) == "Expected a message of text, but the application sent bytes: b'a'"
        await session.send_text("b")
        with pytest.raises(AssertionError) as caught:
            await session.receive_bytes()
        assert str(caught.value) == "Expected a message of bytes, but the application sent text: 'b'"
        await session.send_text("[]")
        with pytest.raises(AssertionError, match="Expected a message of bytes"):
            await session.receive_json("binary")
        await session.send_bytes(b"[]")
        with pytest.raises(AssertionError, match="Expected a message of text"):
            await session.receive_json()


async def test_what_is_no_json_is_an_error(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        await session.send_text("{")
        with pytest.raises(json.JSONDecodeError):
            await session.receive_json()


async def test_another_mode_is_an_error(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        with pytest.raises(RuntimeError, match='"mode" argument should be "text" or "binary"'):
            await session.send_json([], "json")
        with pytest.raises(RuntimeError, match='"mode" argument should be "text" or "binary"'):
            await session.receive_json("json")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "websocket.connect"},
        {"type": "websocket.send", "text": "a"},
        {"type": "websocket.receive"},
        {"type": "websocket.receive", "text": "a", "bytes": b"a"},
        {"type": "websocket.receive", "text": b"a"},
        {"type": "websocket.receive", "bytes": "a"},
    ],
)
async def test_a_client_sends_only_what_a_server_would_give_on(message, echo):
    async with AsyncWebSocketTestSession(echo) as session:
        with pytest.raises(ValueError, match=r"websocket\.receive"):
            await session.send(message)


async def test_send_lets_the_application_run():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        while True:
            seen.append(await receive())

    with pytest.raises(TimeoutError):  # noqa: PT012
        async with AsyncWebSocketTestSession(app, timeout=0.1) as session:
            for number in range(1000):
                await session.send_text(str(number))
            assert len(seen) > 100


async def test_iteration_ends_with_the_connection(sends):
    app = sends(ACCEPT, text("a"), {"type": "websocket.send", "bytes": b"b"}, text(""), {**CLOSE, "code": 4000})
    async with AsyncWebSocketTestSession(app) as session:
        assert [data async for data in session] == ["a", b"b", ""]
        assert [data async for data in session] == []
        assert session.close_code == 4000


async def test_iteration_raises_what_the_application_raised(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, text("a"), error=LookupError("No such room."))) as session:
        assert await anext(session) == "a"
        with pytest.raises(LookupError, match="No such room"):
            await anext(session)


async def test_iteration_may_stop_and_go_on(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, text("a"), text("b"))) as session:
        async for data in session:
            assert data == "a"
            break
        assert await session.receive_text() == "b"


@pytest.mark.parametrize(
    ("options", "own", "text"),
    [({"timeout": 0.1}, None, "0.1 seconds"), ({}, 0.03, "0.03 seconds"), ({"timeout": 0.1}, 0, "0 seconds")],
)
async def test_nothing_comes(options, own, text, echo):
    async with AsyncWebSocketTestSession(echo, **options) as session:
        with pytest.raises(TimeoutError) as caught:
            await session.receive(own)
        assert str(caught.value).startswith(f"The application sent nothing for {text}. It waits in echo(), ")
        await session.send_text("a")  # the session goes on
        assert await session.receive_text() == "a"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it takes that second, and once is enough
async def test_one_second_is_no_plural(echo):
    async with AsyncWebSocketTestSession(echo, timeout=1) as session:
        with pytest.raises(TimeoutError, match=r"^The application sent nothing for 1 second\. It"):
            await session.receive()


@pytest.mark.parametrize("method", ["receive", "receive_text", "receive_bytes", "receive_json"])
async def test_each_way_to_receive_has_a_timeout(method, echo):
    async with AsyncWebSocketTestSession(echo, timeout=math.inf) as session:
        with anyio.fail_after(4):
            with pytest.raises(TimeoutError, match=r"sent nothing for 0\.01 seconds"):
                await getattr(session, method)(timeout=0.01)
            with pytest.raises(ValueError, match="A timeout is a number of seconds"):
                await getattr(session, method)(timeout=-1)


async def test_an_infinite_timeout_is_none():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await anyio.sleep(0.1)
        await send(text("late"))

    async with AsyncWebSocketTestSession(app, timeout=0.05) as session:
        assert await session.receive_text(math.inf) == "late"


async def test_no_time_takes_what_is_there(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, text("a"))) as session:
        await anyio.sleep(0.01)
        assert await session.receive_text(0) == "a"


async def test_a_wait_can_be_cancelled(echo):
    async with AsyncWebSocketTestSession(echo) as session:
        with anyio.move_on_after(0.01) as limit:
            await session.receive()
        assert limit.cancelled_caught


async def test_a_cancelled_wait_takes_nothing(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, text("a"))) as session:
        await anyio.sleep(0.01)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await session.receive()
        assert scope.cancelled_caught
        assert await session.receive_text() == "a"


async def test_the_application_sees_the_context_of_the_test(sends):
    variable = ContextVar("variable", default="default")
    seen = []

    async def app(scope, receive, send):
        seen.append(variable.get())
        await sends(ACCEPT)(scope, receive, send)

    variable.set("of the test")
    async with AsyncWebSocketTestSession(app):
        pass
    assert seen == ["of the test"]


async def test_it_is_used_inside_its_block(echo):
    session = AsyncWebSocketTestSession(echo)
    outside = pytest.raises(RuntimeError, match="A session is used inside its 'with' block")
    with outside:
        await session.send_text("a")
    async with session:
        pass
    with outside:
        await session.receive()
    with outside:
        await session.close()


async def test_it_is_used_once(echo):
    session = AsyncWebSocketTestSession(echo)
    async with session:
        with pytest.raises(RuntimeError, match="A session is for one connection"):
            await session.__aenter__()
        await session.send_text("a")
        assert await session.receive_text() == "a"
    with pytest.raises(RuntimeError, match="A session is for one connection"):
        await session.__aenter__()


@pytest.mark.parametrize("messages", [[], [ACCEPT], [ACCEPT, ACCEPT]], ids=["before accept", "after", "at fault"])
@pytest.mark.parametrize("fails", [True, False], ids=["fails", "waits"])
async def test_an_error_leaves_nothing_to_the_garbage_collector(messages, fails):
    class App:
        async def __call__(self, scope, receive, send):
            for message in messages:
                await send(message)
            if fails:
                raise LookupError
            await anyio.sleep_forever()

    async def test():
        app = App()
        with pytest.raises((LookupError, RuntimeError, TimeoutError)):
            async with AsyncWebSocketTestSession(app, timeout=0.1):
                pass
        return weakref.ref(app)

    gc.collect()
    gc.disable()
    try:
        assert (await test())() is None
    finally:
        gc.enable()


async def test_several_sessions_side_by_side(echo):
    async with AsyncWebSocketTestSession(echo) as one, AsyncWebSocketTestSession(echo) as other:
        await one.send_text("one")
        await other.send_text("other")
        assert await other.receive_text() == "other"
        assert await one.receive_text() == "one"


async def test_a_session_may_be_left_inside_a_generator(echo):
    async def sessions():
        async with AsyncWebSocketTestSession(echo) as session:
            yield session

    async with aclosing(sessions()) as generator:
        session = await anext(generator)
        await session.send_text("a")
        assert await session.receive_text() == "a"
    assert session.close_code == 1000


@pytest.mark.parametrize("strict", [True, False])
async def test_the_close_is_a_message_for_who_is_not_strict(sends, strict):
    app = sends(ACCEPT, text("a"), {**CLOSE, "code": 4000, "reason": "Enough."})
    async with AsyncWebSocketTestSession(app, strict=strict) as session:
        assert await session.receive() == text("a")
        if strict:
            with pytest.raises(WebSocketDisconnect):
                await session.receive()
        else:
            assert await session.receive() == {**CLOSE, "code": 4000, "reason": "Enough."}
        for receive in (session.receive_text, session.receive_bytes, session.receive_json):
            with pytest.raises(WebSocketDisconnect) as caught:
                await receive()
            assert (caught.value.code, caught.value.reason) == (4000, "Enough.")
        assert [message async for message in session] == []


async def test_an_end_without_a_close_is_no_message(sends):
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)

    async with AsyncWebSocketTestSession(app, strict=False) as session:
        with pytest.raises(WebSocketDisconnect) as caught:
            await session.receive()
        assert caught.value.code == 1006
