"""What `WebSocketEndpoint.on_disconnect` is told, for each way in which a connection can end."""

import gc
import weakref

import anyio
import pytest

from asgi_types import HTTPException
from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnect,
    WebSocketEndpoint,
    WebSocketException,
    _websocket_endpoint,
)

LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


# The code that on_disconnect is given


def raising(recording, make):
    async def on_receive(self, websocket, data):
        raise make()

    return recording(on_receive=on_receive)


@pytest.mark.parametrize(
    ("details", "code"), [({"code": 1001}, 1001), ({"code": 4000}, 4000), ({}, 1000), ({"code": None}, 1000)], ids=str
)
async def test_it_is_the_clients(serve, recording, details, code):
    example = recording()
    await serve({"type": "websocket.disconnect", **details}).run(example)
    assert example.codes == [code]


@pytest.mark.parametrize(
    ("make", "code", "closed"),
    [
        (lambda: WebSocketException(1008), 1008, 1008),
        (lambda: ExceptionGroup("", [WebSocketException(1008), WebSocketDisconnect(1001)]), 1008, 1008),
        (lambda: HTTPException(403), 3003, 3003),
        (lambda: HTTPException(404), 1008, 1008),
        (lambda: ExceptionGroup("", [HTTPException(503)]), 1013, 1013),
    ],
)
async def test_it_is_that_of_the_exception(serve, tidy, recording, make, code, closed):
    example = raising(recording, make)
    server = serve("a")
    async with tidy():
        await server.run(example)
    assert example.codes == [code]
    assert server.closed[0] == closed


@pytest.mark.parametrize(
    "make",
    [
        lambda: WebSocketDisconnect(4001),
        lambda: ExceptionGroup("", [WebSocketDisconnect(4001)]),
        lambda: ExceptionGroup("", [ExceptionGroup("", [WebSocketDisconnect(4001)])]),
    ],
)
async def test_it_is_that_of_another_connection_whose_end_is_a_fault_of_this_one(serve, tidy, recording, make):
    example = raising(recording, make)
    server = serve("a")
    async with tidy():
        with pytest.raises((WebSocketDisconnect, ExceptionGroup)):
            await server.run(example)
    assert example.codes == [4001]
    assert server.closed[0] == 1011


@pytest.mark.parametrize(
    "make",
    [
        lambda: LookupError("Gone."),
        lambda: ExceptionGroup("", [LookupError("Gone.")]),
        lambda: ExceptionGroup("", [LookupError("Gone."), WebSocketDisconnect()]),
    ],
)
async def test_it_is_1011_for_a_fault(serve, tidy, recording, make):
    example = raising(recording, make)
    server = serve("a")
    async with tidy():
        with pytest.raises(LookupError, match="Gone"):
            await server.run(example)
    assert example.codes == [1011]
    assert server.closed[0] == 1011


async def test_it_is_1011_for_several_faults(serve, recording):
    example = raising(recording, lambda: ExceptionGroup("", [LookupError(), HTTPException(404)]))
    with pytest.raises(ExceptionGroup):
        await serve("a").run(example)
    assert example.codes == [1011]


async def test_it_is_1006_where_sending_finds_the_client_gone(serve, tidy, recording):
    async def on_receive(self, websocket, data):
        await websocket.send_text(data)

    example = recording(on_receive=on_receive)
    async with tidy():
        await serve("a", breaks_on="websocket.send").run(example)
    assert example.codes == [1006]


async def test_it_is_1009_or_1001_where_a_limit_ended_it(serve, recording):
    class Limited(WebSocket):
        max_message_size = 2
        idle_timeout = 0.02

    example = recording(websocket_class=Limited)
    await serve("a", "abc").run(example)
    await serve("a").run(example)
    assert example.codes == [1009, 1001]


async def test_the_connection_is_open_still_when_an_exception_ended_it(serve, recording):
    async def on_receive(self, websocket, data):
        raise WebSocketException(1008, "Rude.")

    async def on_disconnect(self, websocket, close_code):
        await websocket.send_text("Bye")

    server = serve("a")
    await server.run(recording(on_receive=on_receive, on_disconnect=on_disconnect))
    assert server.types == ["accept", "send", "close"]
    assert server.closed == (1008, "Rude.")


@pytest.mark.parametrize("error", [LookupError("Gone."), WebSocketException(1008), HTTPException(404)])
async def test_what_on_connect_raises_ends_it_without_on_disconnect(serve, recording, error):
    async def on_connect(self, websocket):
        await websocket.accept()
        raise error

    example = recording(on_connect=on_connect)
    server = serve()
    if isinstance(error, LookupError):
        with pytest.raises(LookupError):
            await server.run(example)
    else:
        await server.run(example)
    assert example.codes == []
    assert server.closed[0] == (1011 if isinstance(error, LookupError) else 1008)


async def test_what_on_disconnect_raises_is_raised(serve, recording):
    async def on_disconnect(self, websocket, close_code):
        raise LookupError("In cleaning up.")

    with pytest.raises(LookupError, match="In cleaning up"):
        await serve(LEFT).run(recording(on_disconnect=on_disconnect))


# Cancelled


async def cancelled(server, example):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, example)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("websocket_class", [WebSocket, type("Beating", (WebSocket,), {"heartbeat": Heartbeat()})])
async def test_when_it_is_cancelled_on_disconnect_may_still_wait(serve, tidy, recording, websocket_class):
    async def on_disconnect(self, websocket, close_code):
        await anyio.sleep(0.01)
        await websocket.send_text("Bye")
        self.codes.append(close_code)

    example = recording(on_disconnect=on_disconnect, websocket_class=websocket_class)
    server = serve("a")
    async with tidy():
        await cancelled(server, example)
    assert (example.got, example.codes) == (["a"], [1001])
    assert server.texts == ["Bye"]


async def test_then_it_has_so_much_time_and_no_more(serve, tidy, recording, monkeypatch):
    async def on_disconnect(self, websocket, close_code):
        self.codes.append(close_code)
        await anyio.sleep_forever()

    monkeypatch.setattr(_websocket_endpoint, "CLEANUP_TIMEOUT", 0.02)
    example = recording(on_disconnect=on_disconnect)
    async with tidy():
        await cancelled(serve(), example)
    assert example.codes == [1001]


@pytest.mark.parametrize("event", ["raise", LEFT], ids=["exception", "client"])
async def test_where_it_is_not_cancelled_on_disconnect_has_all_the_time(serve, recording, monkeypatch, event):
    async def on_receive(self, websocket, data):
        raise WebSocketException(1008)

    async def on_disconnect(self, websocket, close_code):
        await anyio.sleep(0.03)
        self.codes.append(close_code)

    monkeypatch.setattr(_websocket_endpoint, "CLEANUP_TIMEOUT", 0.01)
    example = recording(on_receive=on_receive, on_disconnect=on_disconnect)
    await serve(event).run(example)
    assert example.codes == [1008 if event == "raise" else 1001]


async def test_when_it_is_cancelled_in_on_connect_there_is_nothing_to_clean_up(serve, recording):
    async def on_connect(self, websocket):
        await anyio.sleep_forever()

    example = recording(on_connect=on_connect)
    await cancelled(serve(), example)
    assert example.codes == []


async def test_nothing_waits_for_the_garbage_collector(serve):
    kept = []

    class Example(WebSocketEndpoint):
        async def on_connect(self, websocket):
            kept.extend([weakref.ref(websocket), weakref.ref(self)])
            await websocket.accept()

        async def on_receive(self, websocket, data):
            raise LookupError(data)

    gc.disable()
    try:
        await serve(LEFT).run(Example)
        with pytest.raises(LookupError) as caught:
            await serve("a").run(Example)
        del caught
        assert [reference() for reference in kept] == [None] * 4
    finally:
        gc.enable()
