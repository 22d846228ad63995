"""Heartbeats, as `websocket_session` sends them."""

import anyio
import pytest

from asgi_websockets import Heartbeat, WebSocket, websocket_session

LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


def beating(func, *arguments, interval=0.01, **attributes):
    """The application of ``func``, with this heartbeat."""

    class Beating(WebSocket):
        heartbeat = Heartbeat(interval, *arguments)

    for name, value in attributes.items():
        setattr(Beating, name, value)
    return websocket_session(func, Beating)


async def wait(websocket):
    await websocket.accept()
    await websocket.wait_closed()


@pytest.mark.parametrize("message", ["ping", "", b"ping", b""])
async def test_they_are_sent_while_the_connection_is_open(serve, tidy, message):
    server = serve()
    async with tidy():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.run, beating(wait, message))
            await anyio.sleep(0.09)
            server.put(LEFT)
    beats = server.sent[1:]
    key = "text" if isinstance(message, str) else "bytes"
    assert 2 <= len(beats) <= 9
    assert all(beat == {"type": "websocket.send", key: message} for beat in beats)


async def test_the_first_comes_after_an_interval(serve):
    server = serve()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, beating(wait, interval=5))
        await anyio.sleep(0.02)
        server.put(LEFT)
    assert server.types == ["accept"]


async def test_they_wait_for_the_acceptance(serve):
    async def slow(websocket):
        await anyio.sleep(0.05)
        assert server.attempts == []
        await wait(websocket)

    server = serve()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, beating(slow))
        await anyio.sleep(0.09)
        server.put(LEFT)
    assert server.types[:2] == ["accept", "send"]


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_after_the_programs_close_there_are_none(serve, tidy, is_accepted):
    async def close(websocket):
        if is_accepted:
            await websocket.accept()
        await websocket.close()
        await anyio.sleep(0.05)

    server = serve()
    async with tidy():
        await server.run(beating(close))
    assert server.types[-1] == "close"


async def test_after_the_clients_end_there_are_none_and_the_function_cleans_up(serve, tidy):
    done = []

    async def clean_up(websocket):
        await wait(websocket)
        await anyio.sleep(0.05)
        done.append(True)

    server = serve(LEFT)
    async with tidy():
        await server.run(beating(clean_up))
    assert server.attempts == ["websocket.accept"]
    assert done == [True]


@pytest.mark.parametrize("use", ["receive", "iterate", "send", "return"])
async def test_one_that_finds_the_client_gone_raises_nothing_and_who_uses_the_connection_is_told(serve, tidy, use):
    done = []

    async def func(websocket):
        await websocket.accept()
        await anyio.sleep(0.05)  # at work when the heartbeat fails
        server.put(LEFT)
        if use == "iterate":
            assert [text async for text in websocket.iter_text()] == []
        elif use != "return":
            done.append(True)
            await (websocket.receive_text() if use == "receive" else websocket.send_text("a"))
            done.append("not told")
        done.append(True)

    server = serve(breaks_on="websocket.send")
    async with tidy():
        await server.run(beating(func))
    assert done == [True]
    assert server.attempts == ["websocket.accept", "websocket.send"]


async def test_it_does_not_break_into_a_message_of_the_function(serve):
    async def func(websocket):
        await websocket.accept()
        await websocket.send_bytes(b"long")

    server = serve(stuck_on="websocket.send")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, beating(func))
        await anyio.sleep(0.05)
        server.flow()
    assert server.sent[1] == {"type": "websocket.send", "bytes": b"long"}
    assert server.closed == (1000, "")


async def test_one_that_is_stuck_does_not_keep_the_function_from_ending(serve, tidy):
    async def func(websocket):
        await websocket.accept()
        await anyio.sleep(0.05)
        raise LookupError("Gone.")

    server = serve(stuck_on="websocket.send")
    async with tidy():
        with pytest.raises(LookupError, match="Gone"):
            await server.run(beating(func))
    assert server.closed == (1011, "Internal Server Error")


async def test_what_else_a_server_raises_ends_the_function_and_is_raised(serve):
    async def fail(message):
        if message["type"] == "websocket.send":
            raise LookupError("A fault of the server.")
        await send(message)

    server = serve()
    send, server.send = server.send, fail
    with pytest.raises(LookupError, match="A fault of the server"):
        await server.run(beating(wait))
    assert server.closed == (1011, "Internal Server Error")


async def test_answers_keep_an_idle_client(serve):
    async def client():
        while server.closed is None:
            await anyio.sleep(0.01)
            if server.texts and len(server.texts) < 6:
                server.put("pong")

    server = serve()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client)
        await server.run(beating(wait, interval=0.03, idle_timeout=0.1))
    assert len(server.texts) >= 6
    assert server.closed == (1001, "The client sent nothing for 0.1 seconds.")
