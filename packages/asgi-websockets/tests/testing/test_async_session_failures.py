"""What the application raises, and what the block does."""

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


async def test_it_is_raised_where_the_test_waits_and_not_again(sends):
    error = LookupError("No such room.")
    async with AsyncWebSocketTestSession(sends(ACCEPT, error=error)) as session:
        with pytest.raises(LookupError) as caught:
            await session.receive()
        assert caught.value is error
        with pytest.raises(WebSocketDisconnect) as disconnect:
            await session.receive()
        assert disconnect.value.code == 1006


async def test_it_is_raised_at_the_end_where_the_test_did_not_wait(sends):
    error = LookupError("No such room.")
    with pytest.raises(LookupError) as caught:
        async with AsyncWebSocketTestSession(sends(ACCEPT, error=error)):
            pass
    assert caught.value is error


async def test_it_is_raised_at_the_end_after_a_close(sends):
    app = sends(ACCEPT, {**CLOSE, "code": 1011}, error=LookupError("No such room."))
    with pytest.raises(LookupError):  # noqa: PT012
        async with AsyncWebSocketTestSession(app) as session:
            with pytest.raises(WebSocketDisconnect) as caught:
                await session.receive()
            assert caught.value.code == 1011


async def test_it_counts_more_than_the_disconnect_that_came_of_it(sends):
    app = sends(ACCEPT, {**CLOSE, "code": 1011}, error=LookupError("No such room."))
    with pytest.raises(LookupError) as caught:
        async with AsyncWebSocketTestSession(app) as session:
            await session.receive()
    assert isinstance(caught.value.__context__, WebSocketDisconnect)


async def test_it_counts_more_than_a_use_of_what_is_closed(sends):
    app = sends(ACCEPT, {**CLOSE, "code": 1011}, error=LookupError("No such room."))
    with pytest.raises(LookupError):  # noqa: PT012
        async with AsyncWebSocketTestSession(app) as session:
            with pytest.raises(WebSocketDisconnect):
                await session.receive()
            await session.send_text("a")


async def test_a_disconnect_alone_goes_out(sends):
    with pytest.raises(WebSocketDisconnect) as caught:
        async with AsyncWebSocketTestSession(sends(ACCEPT, {**CLOSE, "code": 4000})) as session:
            await session.receive()
    assert caught.value.code == 4000


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
async def test_what_ends_programs_is_raised_as_it_is(error, sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, error=error)) as session:
        with pytest.raises(type(error)) as caught:
            await session.receive()
        assert caught.value is error


async def test_an_error_of_the_block_goes_out_with_the_application_ended():
    seen = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        seen.append(await receive())
        await anyio.sleep(0.01)
        seen.append("ended")

    with pytest.raises(ZeroDivisionError) as caught:
        async with AsyncWebSocketTestSession(app):
            raise ZeroDivisionError
    assert seen == [{"type": "websocket.disconnect", "code": 1000, "reason": ""}, "ended"]
    assert not hasattr(caught.value, "__notes__")


async def test_it_has_a_note_of_the_failure_of_the_application(sends):
    with pytest.raises(ZeroDivisionError) as caught:
        async with AsyncWebSocketTestSession(sends(ACCEPT, error=LookupError("No such room."))):
            raise ZeroDivisionError
    assert caught.value.__notes__ == ["The application failed too, with LookupError('No such room.')."]


async def test_it_does_not_wait_long_for_one_that_does_not_end(monkeypatch, stuck):
    monkeypatch.setattr("asgi_websockets._testing.async_session.LAST_WORD", 0.05)
    started = anyio.current_time()
    with pytest.raises(ZeroDivisionError):
        async with AsyncWebSocketTestSession(stuck, timeout=50):
            raise ZeroDivisionError
    assert 0.05 <= anyio.current_time() - started < 20


async def test_the_timeout_is_the_limit_there_too(monkeypatch, stuck):
    monkeypatch.setattr("asgi_websockets._testing.async_session.LAST_WORD", 4)
    started = anyio.current_time()
    with pytest.raises(ZeroDivisionError):
        async with AsyncWebSocketTestSession(stuck, timeout=0.1):
            raise ZeroDivisionError
    assert anyio.current_time() - started < 3


async def test_an_interrupt_does_not_wait_at_all(monkeypatch, stuck):
    monkeypatch.setattr("asgi_websockets._testing.async_session.LAST_WORD", 4)
    started = anyio.current_time()
    with pytest.raises(KeyboardInterrupt):
        async with AsyncWebSocketTestSession(stuck):
            raise KeyboardInterrupt
    assert anyio.current_time() - started < 3


async def test_a_cancelled_test_cancels_the_application(monkeypatch, stuck):
    monkeypatch.setattr("asgi_websockets._testing.async_session.LAST_WORD", 4)
    ended = []

    async def app(scope, receive, send):
        try:
            await stuck(scope, receive, send)
        finally:
            ended.append(True)

    started = anyio.current_time()
    with anyio.move_on_after(0.05) as limit:
        async with AsyncWebSocketTestSession(app) as session:
            await session.receive()
    assert limit.cancelled_caught
    assert ended
    assert anyio.current_time() - started < 3


async def test_a_test_that_is_cancelled_while_it_connects_cancels_the_application():
    ended = []

    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with anyio.move_on_after(0.05) as limit:
        async with AsyncWebSocketTestSession(app):
            pass
    assert limit.cancelled_caught
    assert ended


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_native_cancellation_ends_the_application(stuck):
    import asyncio

    ended = []

    async def app(scope, receive, send):
        try:
            await stuck(scope, receive, send)
        finally:
            ended.append(True)

    async def test():
        async with AsyncWebSocketTestSession(app) as session:
            await session.receive()

    task = asyncio.create_task(test())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended
