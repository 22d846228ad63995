"""The size of messages."""

import math
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketException,
    WebSocketState,
    _websocket,
)

FACE = "\N{GRINNING FACE}"
TOO_LARGE = (1009, "Message of more than 12 bytes.")

# A message of 12 bytes, and one of more, for characters of each size.
EDGES = {
    "one byte": ("x" * 12, "x" * 13),
    "two bytes": ("ä" * 6, "ä" * 6 + "x"),
    "three bytes": ("€" * 4, "€" * 4 + "x"),
    "four bytes": (FACE * 3, FACE * 3 + "x"),
    "surrogates": ("\ud800" * 4, "\ud800" * 4 + "x"),
    "bytes": (b"x" * 12, b"x" * 13),
}


class Small(WebSocket):
    max_message_size = 12


class SmallAndBeating(Small):
    heartbeat = Heartbeat()


@pytest.fixture(autouse=True)
def no_long_wait(monkeypatch):
    monkeypatch.setattr(_websocket, "END_TIMEOUT", 0.05)


# The size of a message


@pytest.mark.parametrize("websocket_class", [Small, SmallAndBeating])
@pytest.mark.parametrize(("fits", "too_large"), EDGES.values(), ids=EDGES)
async def test_a_message_may_have_so_many_bytes_and_no_more(serve, websocket_class, fits, too_large):
    method = "receive_bytes" if isinstance(fits, bytes) else "receive_text"
    server = serve(fits, too_large, "never received")
    websocket = await server.accepted(websocket_class)
    assert await getattr(websocket, method)() == fits
    with pytest.raises(WebSocketDisconnect) as caught:
        await getattr(websocket, method)()
    assert (caught.value.code, caught.value.reason) == TOO_LARGE
    assert server.closed == TOO_LARGE
    assert websocket.client_state is websocket.application_state is WebSocketState.DISCONNECTED
    assert len(server.left) == 1


async def test_a_message_of_the_other_kind_is_measured_as_well(serve):
    server = serve(b"x" * 13)
    with pytest.raises(WebSocketDisconnect):
        await (await server.accepted(Small)).receive_text()
    assert server.closed == TOO_LARGE


async def test_receive_tells_it_as_a_disconnect_once(serve):
    websocket = await serve("x" * 13).accepted(Small)
    assert await websocket.receive() == {"type": "websocket.disconnect", "code": 1009, "reason": TOO_LARGE[1]}
    with pytest.raises(WebSocketDisconnected):
        await websocket.receive()


async def test_an_iteration_ends(serve):
    websocket = await serve("a", "x" * 13, "b").accepted(Small)
    assert [text async for text in websocket.iter_text()] == ["a"]


async def test_who_sends_then_is_told_as_if_the_client_had_closed(serve):
    websocket = await serve("x" * 13).accepted(Small)
    await websocket.wait_closed()
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send_text("a")
    assert (caught.value.code, caught.value.reason) == TOO_LARGE


async def test_the_default_is_16_mebibytes(serve):
    most = 16 * 1024 * 1024
    server = serve(b"x" * most, "x" * most, b"x" * (most + 1))
    websocket = await server.accepted()
    assert len(await websocket.receive_bytes()) == len(await websocket.receive_text()) == most
    await websocket.wait_closed()
    assert server.closed == (1009, "Message of more than 16777216 bytes.")


async def test_no_limit(serve):
    data = b"x" * (17 * 1024 * 1024)
    websocket = await serve(data, data.decode()).accepted(max_message_size=math.inf)
    assert await websocket.receive_bytes() == data
    assert await websocket.receive_text() == data.decode()


async def test_a_limit_of_nothing_lets_empty_messages_pass(serve):
    websocket = await serve("", b"", "x").accepted(max_message_size=0)
    assert await websocket.receive_text() == ""
    assert await websocket.receive_bytes() == b""
    assert (await websocket.receive())["code"] == 1009


async def test_a_client_that_is_gone_is_not_told_of_its_size(serve, left):
    server = serve("x" * 13, left, breaks_on="websocket.close")
    websocket = await server.accepted(Small)
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.receive_text()
    assert caught.value.code == 1009


async def test_after_the_program_closed_nothing_more_is_sent(serve):
    server = serve("x" * 13)
    websocket = await server.accepted(Small)
    await websocket.close()
    assert (await websocket.receive())["code"] == 1009
    assert server.closed == (1000, "")


@given(data=st.text() | st.text(alphabet=f"xä€{FACE}\ud800") | st.binary(), limit=st.integers(0, 40))
@example(data=FACE, limit=3)
@example(data=FACE, limit=4)
@example(data="\ud800", limit=2)
@example(data="\ud800", limit=3)
@pytest.mark.parametrize("method", ["receive", "receive_text", "receive_bytes"])
def test_a_message_passes_if_and_only_if_its_utf8_is_within_the_limit(serve, runner, method, data, limit):
    async def receive():
        websocket = await serve(data).accepted(max_message_size=limit)
        with suppress(WebSocketDisconnect, WebSocketException):  # the latter is of the other kind of message
            await getattr(websocket, method)()
        return websocket.client_state

    size = len(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    fitting = WebSocketState.CONNECTED if size <= limit else WebSocketState.DISCONNECTED
    assert runner.run(receive()) is fitting
