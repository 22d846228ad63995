"""What the client sends, and how its end is told."""

from contextlib import suppress

import anyio
import pytest

from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketException,
    WebSocketState,
)

RECEIVERS = ["receive_text", "receive_bytes", "receive_json"]
END = '^Cannot call "receive" once a disconnect message has been received'


class Overridden(WebSocket):
    """Receives by way of a method of its own."""

    def __init__(self, *args):
        super().__init__(*args)
        self.seen = []

    async def receive(self, **options):
        message = await super().receive(**options)
        self.seen.append(message)
        return message


class Beating(WebSocket):
    heartbeat = Heartbeat()


class Impatient(WebSocket):
    idle_timeout = 5


CLASSES = [WebSocket, Overridden, Beating, Impatient]


@pytest.mark.parametrize("timeout", [{}, {"timeout": 5}], ids=["", "timeout"])
@pytest.mark.parametrize("websocket_class", CLASSES)
async def test_text_and_bytes_are_received(serve, websocket_class, timeout):
    websocket = await serve("Hällo", b"\xff\0", "", b"", "[1]").accepted(websocket_class)
    assert await websocket.receive_text(**timeout) == "Hällo"
    assert await websocket.receive_bytes(**timeout) == b"\xff\0"
    assert await websocket.receive_text(**timeout) == ""
    assert await websocket.receive_bytes(**timeout) == b""
    assert await websocket.receive_json(**timeout) == [1]


async def test_a_method_that_overrides_receive_sees_all(serve, left):
    websocket = await serve("a", b"b", "1", left).accepted(Overridden)
    await websocket.receive_text()
    await websocket.receive_bytes(timeout=5)
    await websocket.receive_json()
    await websocket.wait_closed()
    assert [message["type"].removeprefix("websocket.") for message in websocket.seen] == [
        *("connect", "receive", "receive", "receive", "disconnect")
    ]


@pytest.mark.parametrize("websocket_class", CLASSES)
@pytest.mark.parametrize("other", [{}, {"text": None}], ids=["key missing", "key None"])
async def test_bytes_in_place_of_text_are_named(serve, websocket_class, other):
    websocket = await serve({"type": "websocket.receive", "bytes": b"a", **other}, "b").accepted(websocket_class)
    with pytest.raises(WebSocketException) as caught:
        await websocket.receive_text()
    assert caught.value.code == 1003
    assert caught.value.reason == "Expected a message of text, but got one of bytes."
    assert await websocket.receive_text() == "b"


@pytest.mark.parametrize("websocket_class", CLASSES)
@pytest.mark.parametrize("other", [{}, {"bytes": None}], ids=["key missing", "key None"])
async def test_text_in_place_of_bytes_is_named(serve, websocket_class, other):
    websocket = await serve({"type": "websocket.receive", "text": "a", **other}, b"b").accepted(websocket_class)
    with pytest.raises(WebSocketException) as caught:
        await websocket.receive_bytes()
    assert caught.value.code == 1003
    assert caught.value.reason == "Expected a message of bytes, but got one of text."
    assert await websocket.receive_bytes() == b"b"


@pytest.mark.parametrize("websocket_class", CLASSES)
@pytest.mark.parametrize("method", RECEIVERS)
async def test_a_client_that_is_gone_is_a_disconnect_once_and_then_a_mistake(serve, left, websocket_class, method):
    websocket = await serve(left).accepted(websocket_class)
    with pytest.raises(WebSocketDisconnect) as caught:
        await getattr(websocket, method)()
    assert (caught.value.code, caught.value.reason) == (1001, "Page left.")
    assert websocket.client_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnected, match=END):
        await getattr(websocket, method)()
    with pytest.raises(WebSocketDisconnected, match=END):
        await websocket.receive()


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({}, 1005),
        ({"code": 1000}, 1000),
        ({"code": 1006, "reason": None}, 1006),
    ],
    ids=str,
)
async def test_a_disconnect_without_code_or_reason(serve, details, code):
    websocket = await serve({"type": "websocket.disconnect", **details}).accepted()
    for use in (websocket.receive_text(), websocket.send_text("a")):
        with pytest.raises(WebSocketDisconnect) as caught:
            await use
        assert (caught.value.code, caught.value.reason) == (code, "")


@pytest.mark.parametrize("method", RECEIVERS)
async def test_nothing_is_received_before_accept_nor_after_close(serve, method):
    server = serve("1")
    websocket = server.websocket()
    with pytest.raises(WebSocketDisconnected, match=r'^WebSocket is not connected\. Need to call "accept" first'):
        await getattr(websocket, method)()
    await websocket.accept()
    await websocket.close()
    with pytest.raises(WebSocketDisconnected, match=r"^WebSocket is not connected"):
        await getattr(websocket, method)()
    assert len(server.left) == 1


async def test_a_message_where_connect_is_due_is_the_servers_mistake(bare_serve):
    websocket = bare_serve("a").websocket()
    with pytest.raises(RuntimeError, match=r'^Expected ASGI message "websocket\.connect", but got'):
        await websocket.accept()


async def test_a_client_that_is_gone_before_it_connected_is_the_servers_mistake(bare_serve, left):
    websocket = bare_serve(left).websocket()
    with pytest.raises(RuntimeError, match=r'^Expected ASGI message "websocket.connect"'):
        await websocket.accept()
    assert websocket.client_state is WebSocketState.CONNECTING


@pytest.mark.parametrize("limits", [{}, {"idle_timeout": 5}], ids=["", "idle_timeout"])
async def test_all_tasks_that_receive_are_told_of_the_end(serve, left, limits):
    server = serve()
    websocket = await server.accepted(**limits)
    codes = []

    async def receive():
        with pytest.raises(WebSocketDisconnect) as caught:
            await websocket.receive_text()
        codes.append(caught.value.code)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            server.put(left, left)
    assert codes == [1001, 1001]


# Waiting for the end


async def test_wait_closed_drops_what_comes_and_returns_at_the_end(serve, left):
    server = serve("a", b"b", left)
    websocket = await server.accepted()
    await websocket.wait_closed()
    assert list(server.left) == []
    assert websocket.client_state is WebSocketState.DISCONNECTED
    await websocket.wait_closed()  # it is over already


async def test_wait_closed_works_before_accept(serve, left):
    websocket = serve(left).websocket()
    await websocket.wait_closed()
    assert websocket.client_state is WebSocketState.DISCONNECTED


async def test_an_endpoint_that_only_sends_ends_with_its_client(serve, left):
    server = serve()
    websocket = await server.accepted()

    async def tick():
        while True:
            await websocket.send_text("tick")
            await anyio.sleep(0.001)
            server.put(left)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            await websocket.wait_closed()
            tasks.cancel_scope.cancel()
    assert server.texts[0] == "tick"


# With a timeout


@pytest.mark.parametrize("method", ["receive", *RECEIVERS])
async def test_a_timeout_is_an_error_and_no_message_is_lost(serve, method):
    server = serve()
    websocket = await server.accepted()
    receive = getattr(websocket, method)
    for _ in range(2):
        with pytest.raises(TimeoutError, match=r"^The client sent nothing for 0\.01 seconds\.$"):
            await receive(timeout=0.01)
    server.put(b"1" if method == "receive_bytes" else "1")
    got = await receive(timeout=5)
    assert got == {"receive": {"type": "websocket.receive", "text": "1"}, "receive_bytes": b"1", "receive_json": 1}.get(
        method, "1"
    )
    assert server.types == ["accept"]


async def test_a_timeout_of_nothing_takes_what_is_there(serve):
    websocket = await serve("a").accepted()
    assert await websocket.receive_text(timeout=0) == "a"
    with pytest.raises(TimeoutError):
        await websocket.receive_text(timeout=0)


async def test_a_message_at_the_very_time_of_the_timeout_is_returned_or_comes_next(serve):
    got = []
    server = serve()
    websocket = await server.accepted()

    async def client():
        for number in range(20):
            await anyio.sleep(0.002)
            server.put(str(number))

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client)
            while len(got) < 20:
                with suppress(TimeoutError):
                    got.append(await websocket.receive_text(timeout=0.002))
    assert got == [str(number) for number in range(20)]


async def test_a_mode_that_is_none_loses_no_message(serve):
    websocket = await serve("1").accepted()
    with pytest.raises(RuntimeError, match=r'^The "mode" argument should be "text" or "binary"'):
        await websocket.receive_json("bytes", timeout=5)
    assert await websocket.receive_json(timeout=5) == 1


async def test_a_receive_that_is_cancelled_loses_nothing(serve):
    server = serve()
    websocket = await server.accepted()
    with anyio.move_on_after(0.01):
        await websocket.receive_text()
    server.put("a")
    assert await websocket.receive_text() == "a"
