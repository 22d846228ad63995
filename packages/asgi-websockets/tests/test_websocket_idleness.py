"""Clients that say nothing, and what counts as saying something."""

import anyio
import pytest

from asgi_websockets import Heartbeat, WebSocketDisconnect, WebSocketState, _websocket


@pytest.fixture(autouse=True)
def no_long_wait(monkeypatch):
    monkeypatch.setattr(_websocket, "END_TIMEOUT", 0.05)


async def test_a_client_that_says_nothing_is_closed(serve):
    server = serve("a")
    websocket = await server.accepted(idle_timeout=0.02)
    with anyio.fail_after(5):
        assert [text async for text in websocket.iter_text()] == ["a"]
    assert server.closed == (1001, "The client sent nothing for 0.02 seconds.")
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send_text("a")
    assert caught.value.code == 1001


async def test_every_message_gives_it_the_whole_time_again(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.08)

    async def client():
        for _ in range(4):
            await anyio.sleep(0.04)
            server.put("a")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client)
            texts = [text async for text in websocket.iter_text()]
    assert texts == ["a"] * 4
    assert server.closed[0] == 1001


async def test_the_waits_of_several_calls_count_together(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.05)
    ends = []
    with anyio.fail_after(5):
        while not ends:
            try:
                ends.append(await websocket.receive(timeout=0.02))
            except TimeoutError:
                assert server.closed is None
    assert ends[0]["code"] == 1001
    assert server.closed[0] == 1001


async def test_the_time_in_which_nobody_receives_does_not_count(serve):
    server = serve("a")
    websocket = await server.accepted(idle_timeout=0.05)

    async def client():
        await anyio.sleep(0.02)
        server.put("b")

    assert await websocket.receive_text() == "a"
    await anyio.sleep(0.08)  # at work
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client)
            assert await websocket.receive_text() == "b"


async def test_after_a_message_what_was_waited_before_does_not_count(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await websocket.receive(timeout=0.06)
        server.put("a")
        assert await websocket.receive_text() == "a"
    assert server.closed is None


async def test_a_cancelled_wait_counts(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.05)
    began = anyio.current_time()
    with anyio.move_on_after(0.04):
        await websocket.receive()
    await anyio.sleep(0.05)
    assert (await websocket.receive())["code"] == 1001
    assert anyio.current_time() - began < 5


async def test_a_message_that_waits_when_the_time_is_over_is_received(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.02)
    with pytest.raises(TimeoutError):
        await websocket.receive(timeout=0.015)
    server.put("a")
    await anyio.sleep(0.03)
    assert await websocket.receive_text() == "a"


async def test_before_it_is_accepted_a_client_cannot_be_idle(bare_serve):
    server = bare_serve()
    websocket = server.websocket()
    websocket.idle_timeout = 0.02
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(websocket.accept)
            await anyio.sleep(0.06)
            assert websocket.client_state is WebSocketState.CONNECTING
            server.put({"type": "websocket.connect"})
        with pytest.raises(WebSocketDisconnect) as caught:
            await websocket.receive_text()
    assert caught.value.code == 1001
    assert server.closed[0] == 1001


async def test_the_time_of_a_reader_that_was_there_before_accept_begins_with_that(serve):
    server = serve()
    websocket = server.websocket()
    websocket.idle_timeout = 0.1
    await websocket.receive()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(websocket.wait_closed)
            await anyio.sleep(0.09)
            await websocket.accept()
            await anyio.sleep(0.05)
            assert websocket.client_state is WebSocketState.CONNECTED
    assert server.closed[0] == 1001


async def test_after_the_program_closed_it_does_not_wait_for_ever_for_the_client(serve):
    server = serve()
    websocket = await server.accepted(idle_timeout=0.02)
    await websocket.close()
    with anyio.fail_after(5):
        await websocket.wait_closed()
    assert server.closed == (1000, "")


@pytest.mark.parametrize("limits", [{"idle_timeout": 0.02}, {"max_message_size": 2}], ids=str)
async def test_a_client_that_takes_nothing_is_not_waited_for(serve, limits):
    server = serve("x" * 3, stuck_on="websocket.send")
    websocket = await server.accepted(**limits)
    codes = []

    async def receive():
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect as end:
            codes.append(end.code)
            tasks.cancel_scope.cancel()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(websocket.send_text, "a")
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(receive)
    assert codes == [1001 if "idle_timeout" in limits else 1009]
    assert server.sent == server.sent[:1]
    assert websocket.client_state is WebSocketState.DISCONNECTED


@pytest.mark.parametrize("stuck_on", ["websocket.send", "websocket.close"])
async def test_the_close_is_not_cut_short_by_a_timeout_of_the_call(serve, stuck_on):
    server = serve("x" * 13, stuck_on=stuck_on)
    websocket = await server.accepted(max_message_size=12)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            if stuck_on == "websocket.send":
                tasks.start_soon(websocket.send_text, "a")
                await anyio.wait_all_tasks_blocked()
            with pytest.raises(WebSocketDisconnect) as caught:
                await websocket.receive_text(timeout=0.01)
            tasks.cancel_scope.cancel()
    assert caught.value.code == 1009


# Answers to heartbeats


async def test_answers_are_not_handed_on(serve, left):
    server = serve("pong", "a", "pong", b"pong", " pong", left)
    websocket = await server.accepted(heartbeat=Heartbeat())
    got = []
    while (message := await websocket.receive())["type"] != "websocket.disconnect":
        got.append(message.get("text", message.get("bytes")))
    assert got == ["a", b"pong", " pong"]


@pytest.mark.parametrize("method", ["receive_text", "receive_json"])
async def test_answers_are_not_taken_for_messages_of_text(serve, method):
    websocket = await serve("pong", "1", "pong", "2").accepted(heartbeat=Heartbeat())
    assert [str(await getattr(websocket, method)()) for _ in range(2)] == ["1", "2"]


async def test_answers_keep_the_connection_but_do_not_end_a_timeout(serve):
    server = serve()
    websocket = await server.accepted(heartbeat=Heartbeat(), idle_timeout=0.08)

    async def client():
        while True:
            await anyio.sleep(0.02)
            server.put("pong")

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client)
            with pytest.raises(TimeoutError):
                await websocket.receive_text(timeout=0.1)
            tasks.cancel_scope.cancel()
        assert server.closed is None
        with pytest.raises(WebSocketDisconnect):
            await websocket.receive_text()
    assert server.closed[0] == 1001
