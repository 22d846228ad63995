"""From the arguments to an accepted connection, or to why there is none."""

import math

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession, WebSocketDenied, websocket_scope

ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}
START = {"type": "websocket.http.response.start", "status": 403, "headers": []}


def text(data):
    return {"type": "websocket.send", "text": data}


async def test_what_the_application_accepts_with_is_there(echo):
    async with AsyncWebSocketTestSession(echo, "/ws?a=1", subprotocols=["chat", "soap"]) as session:
        assert session.accepted_subprotocol == "chat"
        assert session.extra_headers == [(b"x-a", b"b")]
        assert session.scope["query_string"] == b"a=1"


async def test_without_subprotocol_and_headers_there_are_none(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT)) as session:
        assert session.accepted_subprotocol is None
        assert session.extra_headers == []


async def test_headers_and_cookies_are_in_the_scope(echo):
    session = AsyncWebSocketTestSession(echo, headers={"x-a": "1"}, cookies={"b": "2"})
    assert (b"x-a", b"1") in session.scope["headers"]
    assert (b"cookie", b"b=2") in session.scope["headers"]


async def test_the_application_gets_the_very_scope():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)
        await send(ACCEPT)
        await receive()

    scope = websocket_scope("/ws")
    async with AsyncWebSocketTestSession(app, scope) as session:
        assert session.scope is scope
    assert seen[0] is scope


@pytest.mark.parametrize("more", [{"subprotocols": ["a"]}, {"headers": {"a": "b"}}, {"cookies": {"a": "b"}}])
def test_a_scope_has_all_that_there_is_to_say(more, echo):
    with pytest.raises(TypeError, match="The scope is given"):
        AsyncWebSocketTestSession(echo, websocket_scope(), **more)


def test_another_scope_is_refused(echo):
    with pytest.raises(ValueError, match="Not a WebSocket's scope: 'http'"):
        AsyncWebSocketTestSession(echo, {**websocket_scope(), "type": "http"})


@pytest.mark.parametrize("timeout", [-1, math.nan, -math.inf])
def test_a_timeout_is_a_time(timeout, echo):
    with pytest.raises(ValueError, match="A timeout is a number of seconds, 0 or more"):
        AsyncWebSocketTestSession(echo, timeout=timeout)


def test_a_queue_holds_something(echo):
    with pytest.raises(ValueError, match="max_queue is at least 1, not 0"):
        AsyncWebSocketTestSession(echo, max_queue=0)


async def test_refused_by_a_close(sends):
    session = AsyncWebSocketTestSession(sends({**CLOSE, "code": 4003, "reason": "No."}))
    with pytest.raises(WebSocketDisconnect) as caught:
        await session.__aenter__()
    assert type(caught.value) is WebSocketDisconnect
    assert (caught.value.code, caught.value.reason) == (4003, "No.")
    assert (session.close_code, session.close_reason) == (4003, "No.")


async def test_refused_by_a_response(sends):
    body = {"type": "websocket.http.response.body", "body": b"Sign in first."}
    with pytest.raises(WebSocketDenied) as caught:
        await AsyncWebSocketTestSession(sends(START, body)).__aenter__()
    assert (caught.value.status_code, caught.value.text) == (403, "Sign in first.")


@pytest.mark.parametrize("refusal", [[CLOSE], [START, {"type": "websocket.http.response.body"}]])
async def test_an_error_after_the_refusal_counts_more(refusal, sends):
    with pytest.raises(LookupError, match="No such room"):
        await AsyncWebSocketTestSession(sends(*refusal, error=LookupError("No such room."))).__aenter__()


async def test_an_application_that_refuses_has_to_end():
    async def app(scope, receive, send):
        await send(CLOSE)
        await anyio.sleep_forever()

    with pytest.raises(TimeoutError, match=r"did not end within 0\.1 seconds of the disconnect\. It waits in app"):
        await AsyncWebSocketTestSession(app, timeout=0.1).__aenter__()


async def test_one_that_returns_without_an_answer():
    async def app(scope, receive, send):
        await receive()

    with pytest.raises(RuntimeError, match="returned without accepting or refusing the connection"):
        await AsyncWebSocketTestSession(app).__aenter__()


async def test_one_that_returns_in_the_middle_of_a_response():
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "websocket.http.response.body", "more_body": True})

    with pytest.raises(RuntimeError, match="returned before its denial response was complete"):
        await AsyncWebSocketTestSession(app).__aenter__()


async def test_one_that_raises_without_an_answer(sends):
    error = LookupError("No such room.")
    with pytest.raises(LookupError) as caught:
        await AsyncWebSocketTestSession(sends(error=error)).__aenter__()
    assert caught.value is error


async def test_one_that_never_answers():
    ended = []

    async def app(scope, receive, send):
        await receive()
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    session = AsyncWebSocketTestSession(app, timeout=0.1)
    with pytest.raises(TimeoutError) as caught:
        await session.__aenter__()
    assert ended
    assert str(caught.value).startswith(
        "The application neither accepted nor refused the connection within 0.1 seconds. It waits in app(), "
    )
    assert session.close_code == 1006


async def test_one_that_never_completes_its_response():
    async def app(scope, receive, send):
        await send(START)
        while True:
            await send({"type": "websocket.http.response.body", "body": b"a", "more_body": True})

    with pytest.raises(TimeoutError, match=r"did not complete its denial response within 0\.1 seconds"):
        await AsyncWebSocketTestSession(app, timeout=0.1).__aenter__()


async def test_what_fails_after_a_timeout_is_a_note_to_it():
    async def app(scope, receive, send):
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("In the clean-up.")

    with pytest.raises(TimeoutError, match="neither accepted nor refused") as caught:
        await AsyncWebSocketTestSession(app, timeout=0.1).__aenter__()
    assert caught.value.__notes__ == ["The application failed too, with LookupError('In the clean-up.')."]


async def test_accepted_and_closed_at_once_is_accepted(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, {**CLOSE, "code": 4000})) as session:
        with pytest.raises(WebSocketDisconnect) as caught:
            await session.receive()
        assert caught.value.code == 4000


async def test_accepted_and_failed_at_once_is_accepted(sends):
    async with AsyncWebSocketTestSession(sends(ACCEPT, text("a"), error=LookupError("No such room."))) as session:
        assert await session.receive_text() == "a"
        with pytest.raises(LookupError, match="No such room"):
            await session.receive_text()
