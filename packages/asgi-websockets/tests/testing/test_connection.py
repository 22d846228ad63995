"""What the application sees: a strict server, its states, and what it may not do in them."""

import asyncio
import math
from contextlib import suppress

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect
from asgi_websockets.testing import AsyncWebSocketTestSession, WebSocketDenied, websocket_scope

CONNECT = {"type": "websocket.connect"}
ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}
START = {"type": "websocket.http.response.start", "status": 403, "headers": [(b"a", b"b")]}
END = {"type": "websocket.http.response.body", "body": b"No."}


def text(data):
    return {"type": "websocket.send", "text": data}


async def accepted(app, **options):
    async with AsyncWebSocketTestSession(app, **options):
        pass


async def test_the_application_sees_connect_messages_and_disconnect():
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        await send(ACCEPT)
        while seen[-1]["type"] != "websocket.disconnect":
            seen.append(await receive())
        seen.append(await receive())  # again, as often as it likes

    async with AsyncWebSocketTestSession(app) as session:
        await session.send_text("a")
        await session.send_bytes(b"b")
        await session.close(4001, "Done.")
    disconnect = {"type": "websocket.disconnect", "code": 4001, "reason": "Done."}
    assert seen == [
        CONNECT,
        {"type": "websocket.receive", "text": "a"},
        {"type": "websocket.receive", "bytes": b"b"},
        disconnect,
        disconnect,
    ]


async def test_an_application_may_accept_before_it_receives():
    seen = []

    async def app(scope, receive, send):
        await send(ACCEPT)
        seen.extend([await receive(), await receive()])

    await accepted(app)
    assert [message["type"] for message in seen] == ["websocket.connect", "websocket.disconnect"]


async def test_one_that_receives_in_a_circle_lets_others_run():
    async def app(scope, receive, send):
        await send(ACCEPT)
        while True:
            await receive()

    with pytest.raises(TimeoutError, match=r"did not end within 0\.1 seconds"):
        await accepted(app, timeout=0.1)


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([text("a")], "Expected 'websocket.accept' or 'websocket.close' or 'websocket.http.response.start', but "),
        ([END], "Expected 'websocket.accept' or 'websocket.close' or 'websocket.http.response.start', but "),
        ([ACCEPT, ACCEPT], "Expected 'websocket.send' or 'websocket.close', but "),
        ([ACCEPT, START], "Expected 'websocket.send' or 'websocket.close', but "),
        ([ACCEPT, END], "Expected 'websocket.send' or 'websocket.close', but "),
        ([ACCEPT, CLOSE, text("a")], "The connection is over, but "),
        ([ACCEPT, CLOSE, CLOSE], "The connection is over, but "),
        ([CLOSE, ACCEPT], "The connection is over, but "),
        ([CLOSE, CLOSE], "The connection is over, but "),
        ([START, START], "Expected 'websocket.http.response.body', but "),
        ([START, ACCEPT], "Expected 'websocket.http.response.body', but "),
        ([START, CLOSE], "Expected 'websocket.http.response.body', but "),
        ([START, END, END], "The connection is over, but "),
        ([START, END, ACCEPT], "The connection is over, but "),
    ],
)
async def test_a_message_in_the_wrong_state_is_an_error_on_both_sides(messages, error):
    caught = []

    async def app(scope, receive, send):
        await receive()
        for message in messages[:-1]:
            await send(message)
        try:
            await send(messages[-1])
        except RuntimeError as exc:
            caught.append(exc)
            raise

    with pytest.raises(RuntimeError) as raised:
        await accepted(app)
    assert caught == [raised.value]
    assert str(raised.value) == f"{error}the application sent {messages[-1]['type']!r}."


async def test_an_error_that_the_application_swallows_fails_the_test_all_the_same():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        await send(text("a"))
        with suppress(RuntimeError):
            await send(ACCEPT)
        await receive()
        await send(text("b"))
        await receive()

    async with AsyncWebSocketTestSession(app) as session:
        assert await session.receive_text() == "a"
        with anyio.fail_after(4), pytest.raises(RuntimeError, match=r"but the application sent 'websocket\.accept'"):
            await session.receive(math.inf)
        await session.send_text("go on")  # the connection is as it was
        assert await session.receive_text() == "b"


async def test_one_that_is_swallowed_before_accept_fails_it_at_once():
    ended = []

    async def app(scope, receive, send):
        with suppress(RuntimeError):
            await send(text("a"))
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with anyio.fail_after(4), pytest.raises(RuntimeError, match=r"but the application sent 'websocket\.send'"):
        await accepted(app)
    assert ended


async def test_what_follows_an_error_is_a_note_to_it():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        try:
            await send(ACCEPT)
        except RuntimeError:
            raise LookupError("In the handler.") from None

    with pytest.raises(RuntimeError, match="the application sent") as caught:
        await accepted(app)
    assert caught.value.__notes__ == ["After that, the application failed with LookupError('In the handler.')."]


async def test_an_error_is_told_once_however_it_leaves_the_application():
    async def app(scope, receive, send):
        await send(ACCEPT)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, ACCEPT)

    async with AsyncWebSocketTestSession(app) as session:
        with pytest.raises(RuntimeError, match="the application sent"):
            await session.receive()
        with pytest.raises(WebSocketDisconnect):
            await session.receive()


async def test_another_error_after_one_that_was_told_is_told_too():
    async def app(scope, receive, send):
        await send(ACCEPT)
        with suppress(RuntimeError):
            await send(ACCEPT)
        await receive()
        await receive()
        raise LookupError("No such room.")

    with pytest.raises(LookupError, match="No such room"):  # noqa: PT012
        async with AsyncWebSocketTestSession(app) as session:
            with pytest.raises(RuntimeError, match="the application sent"):
                await session.receive()


async def test_denial_needs_the_extension():
    async def app(scope, receive, send):
        await send(START)

    for extensions in ({}, None):
        scope = websocket_scope()
        scope["extensions"] = extensions
        with pytest.raises(RuntimeError, match=r"says nothing of the extension 'websocket\.http\.response'"):
            await accepted(app, scope=scope)


async def test_a_scope_with_neither_extensions_nor_subprotocols_will_do():
    async def app(scope, receive, send):
        await send(ACCEPT)
        await receive()

    await accepted(app, scope={"type": "websocket", "path": "/", "headers": []})


async def test_the_whole_denial_is_collected():
    async def app(scope, receive, send):
        await receive()
        await send(START)
        for part in (b"a", b"", b"b"):
            await send({**END, "body": part, "more_body": True})
        await send({**END, "body": b"c"})

    with pytest.raises(WebSocketDenied) as caught:
        await accepted(app, max_queue=1)
    denied = caught.value
    assert (denied.status_code, denied.headers.raw, denied.body) == (403, [(b"a", b"b")], b"abc")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it raises the same class when a future was cancelled
async def test_a_cancellation_from_within_is_a_failure():
    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        waited_for = asyncio.get_running_loop().create_future()
        waited_for.cancel()
        await waited_for

    with pytest.raises(RuntimeError, match="was cancelled, but not by its session") as caught:
        await accepted(app)
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)


async def test_a_task_that_outlives_the_application_learns_that_it_is_over():
    kept = []

    async def app(scope, receive, send):
        await receive()
        await send(ACCEPT)
        kept.extend([receive, send])

    await accepted(app)
    receive, send = kept
    assert (await receive())["code"] == 1006
    with pytest.raises(RuntimeError, match="The connection is over"):
        await send(text("a"))
