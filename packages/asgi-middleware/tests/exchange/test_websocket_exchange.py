"""What is known of a WebSocket when it is over."""

from __future__ import annotations

import anyio
import pytest

from asgi_middleware import AccessLogMiddleware
from asgi_types import HTTPException, refuse


@pytest.fixture(name="log")
def log_fixture(logger, drive):
    async def log(app, messages=(), raises=None, **keywords):
        wrapped = AccessLogMiddleware(app, logger=logger)
        if raises is None:
            await drive.websocket(wrapped, "/chat", messages, **keywords)
        else:
            with pytest.raises(raises):
                await drive.websocket(wrapped, "/chat", messages, **keywords)
        assert len(logger.records) == 1
        return logger.records[0]

    return log


async def accept(receive, send) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})


async def test_both_directions_are_counted(log, clock) -> None:
    async def app(scope, receive, send):
        clock.now += 1
        await accept(receive, send)
        for _ in range(3):
            await receive()
        await send({"type": "websocket.send", "text": "grün"})
        await send({"type": "websocket.send", "bytes": b"12", "text": None})
        clock.now += 10
        await send({"type": "websocket.close", "code": 3000})
        clock.now += 100

    record = await log(app, ["abc", b"defg", "ü"])
    assert (record.type, record.method, record.path, record.status) == ("websocket", "GET", "/chat", 101)
    assert (record.messages_received, record.bytes_received) == (3, 9)
    assert (record.messages_sent, record.bytes_sent) == (2, 7)
    assert (record.close_code, record.outcome) == (3000, "complete")
    assert (record.first_byte_ms, record.duration_ms) == (1000.0, 11_000.0)


async def test_an_empty_message_is_one(log) -> None:
    async def app(scope, receive, send):
        await accept(receive, send)
        await receive()
        await send({"type": "websocket.send"})
        await send({"type": "websocket.close"})

    record = await log(app, [""])
    assert (record.messages_received, record.bytes_received, record.messages_sent) == (1, 0, 1)
    assert (record.bytes_sent, record.close_code) == (0, 1000)


@pytest.mark.parametrize(("code", "outcome"), [(1000, "complete"), (1001, "complete"), (1006, "disconnected")])
@pytest.mark.parametrize("raises", [None, LookupError])
async def test_a_client_that_leaves(code, outcome, raises, logger, drive, clock) -> None:
    async def app(scope, receive, send):
        await accept(receive, send)
        clock.now += 1
        assert (await receive())["type"] == "websocket.disconnect"
        clock.now += 10
        await receive()
        await send({"type": "websocket.close", "code": 1011})
        if raises:
            raise raises

    events = iter(
        [
            {"type": "websocket.connect"},
            {"type": "websocket.disconnect", "code": code},
            {"type": "websocket.disconnect"},
        ]
    )

    async def receive():
        return next(events)

    async def send(message):
        pass

    wrapped = AccessLogMiddleware(app, logger=logger)
    if raises:
        with pytest.raises(raises):
            await wrapped(drive.websocket_scope(), receive, send)
    else:
        await wrapped(drive.websocket_scope(), receive, send)
    found = [(record.status, record.close_code, record.outcome, record.duration_ms) for record in logger.records]
    assert found == [(101, code, outcome, 1000.0)]


async def test_a_disconnect_without_a_code(logger, drive) -> None:
    async def receive():
        return {"type": "websocket.disconnect"}

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await receive()

    async def send(message):
        pass

    await AccessLogMiddleware(app, logger=logger)(drive.websocket_scope(), receive, send)
    assert [(record.close_code, record.outcome) for record in logger.records] == [(1005, "complete")]


async def test_messages_to_come_are_none_of_these(logger, drive) -> None:
    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.ping"})
        await send({"type": "websocket.close"})

    async def send(message):
        pass

    await AccessLogMiddleware(app, logger=logger)(drive.websocket_scope(), None, send)
    assert [(record.messages_sent, record.outcome) for record in logger.records] == [(0, "complete")]


@pytest.mark.parametrize("code", [1000, 1005, 1006])
async def test_a_client_that_leaves_before_the_handshake_is_done(code, logger, drive) -> None:
    async def app(scope, receive, send):
        await receive()

    async def receive():
        return {"type": "websocket.disconnect", "code": code}

    await AccessLogMiddleware(app, logger=logger)(drive.websocket_scope(), receive, None)
    found = [(record.status, record.outcome, record.close_code) for record in logger.records]
    assert found == [(499, "disconnected", code)]


async def test_a_server_that_tells_by_an_error(logger, drive) -> None:
    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "abc"})

    async def send(message):
        if message["type"] == "websocket.send":
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await AccessLogMiddleware(app, logger=logger)(drive.websocket_scope(), None, send)
    found = [(record.close_code, record.outcome, record.messages_sent) for record in logger.records]
    assert found == [(1006, "disconnected", 0)]


async def test_a_refusal_closes(log) -> None:
    async def app(scope, receive, send):
        await refuse(scope, receive, send, HTTPException(401))

    record = await log(app)
    assert (record.status, record.outcome, record.close_code) == (403, "complete", 3000)
    assert not hasattr(record, "first_byte_ms")


async def test_a_denial_has_its_status_and_size(log, clock) -> None:
    async def app(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"Sign ", "more_body": True})
        clock.now += 1
        await send({"type": "websocket.http.response.body", "body": b"in."})
        clock.now += 1

    record = await log(app, extensions={"websocket.http.response": {}})
    assert (record.status, record.outcome, record.bytes_sent, record.messages_sent) == (401, "complete", 8, 0)
    assert record.duration_ms == 1000.0
    assert not hasattr(record, "close_code")


async def test_an_error(log) -> None:
    async def app(scope, receive, send):
        await accept(receive, send)
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome) == (101, "error")


async def test_an_error_that_was_closed_for(log) -> None:
    async def app(scope, receive, send):
        await accept(receive, send)
        await send({"type": "websocket.close", "code": 1011})
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome, record.close_code) == (101, "error", 1011)


async def test_an_error_after_a_refusal(log) -> None:
    async def app(scope, receive, send):
        await send({"type": "websocket.close"})
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome) == (403, "error")


async def test_an_error_before_the_handshake(log) -> None:
    async def app(scope, receive, send):
        raise LookupError

    record = await log(app, raises=LookupError)
    assert (record.status, record.outcome) == (500, "error")


@pytest.mark.parametrize(("accepts", "status"), [(False, 500), (True, 101)])
async def test_an_application_that_forgets_to_close(accepts, status, log) -> None:
    async def app(scope, receive, send):
        if accepts:
            await accept(receive, send)

    record = await log(app)
    assert (record.status, record.outcome) == (status, "incomplete")


@pytest.mark.parametrize(
    ("messages", "status", "outcome"),
    [
        ([], 499, "cancelled"),
        ([{"type": "websocket.accept"}], 101, "cancelled"),
        ([{"type": "websocket.accept"}, {"type": "websocket.close"}], 101, "complete"),
        ([{"type": "websocket.close"}], 403, "complete"),
    ],
)
async def test_one_that_is_cancelled(messages, status, outcome, logger, drive) -> None:
    async def app(scope, receive, send):
        for message in messages:
            await send(message)
        await anyio.sleep_forever()

    with anyio.move_on_after(0.01):
        await drive.websocket(AccessLogMiddleware(app, logger=logger))
    assert [(record.status, record.outcome) for record in logger.records] == [(status, outcome)]
