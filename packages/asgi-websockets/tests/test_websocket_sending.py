"""Messages to the client, from one task or from several at a time."""

import asyncio

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected


async def started(tasks, function, *args):
    """Start a task, and let it come to where it waits."""
    tasks.start_soon(function, *args)
    await anyio.wait_all_tasks_blocked()


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


async def test_text_and_bytes_are_sent(serve):
    server = serve()
    websocket = await server.accepted()
    await websocket.send_text("Hällo")
    await websocket.send_bytes(b"\xff")
    assert server.sent[1:] == [
        {"type": "websocket.send", "text": "Hällo"},
        {"type": "websocket.send", "bytes": b"\xff"},
    ]


async def test_nothing_is_sent_before_accept(serve):
    server = serve()
    websocket = server.websocket()
    with pytest.raises(RuntimeError, match=r"but got 'websocket\.send'"):
        await websocket.send_text("a")
    assert server.sent == []
    await websocket.accept()  # a mistake does not keep the turn
    await websocket.send_text("b")
    assert server.texts == ["b"]


async def test_messages_go_out_one_by_one_in_the_order_of_the_calls(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    async with anyio.create_task_group() as tasks:
        for number in range(5):
            await started(tasks, websocket.send_text, str(number))
        assert server.attempts[1:] == ["websocket.send"]
        server.flow()
    assert server.texts == ["0", "1", "2", "3", "4"]


async def test_a_new_call_does_not_overtake_those_that_wait(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()

    async def first():
        await websocket.send_text("a")
        await websocket.send_text("d")  # called when "b" has its turn already, but has not run yet

    async with anyio.create_task_group() as tasks:
        await started(tasks, first)
        await started(tasks, websocket.send_text, "b")
        await started(tasks, websocket.send_text, "c")
        server.flow()
    assert server.texts == ["a", "b", "c", "d"]


async def test_many_tasks_that_send_at_will_never_meet(serve):
    server = serve()
    websocket = await server.accepted()
    send = websocket._send

    async def slow(message):
        async def pass_on():
            await anyio.lowlevel.checkpoint()

        server._is_sending = False
        await pass_on()
        await send(message)

    websocket._send = slow

    async def talk(name):
        for number in range(10):
            await websocket.send_text(f"{name}{number}")

    async with anyio.create_task_group() as tasks:
        for name in "abcde":
            tasks.start_soon(talk, name)
    assert len(server.texts) == 50
    for name in "abcde":
        assert [text for text in server.texts if text[0] == name] == [f"{name}{number}" for number in range(10)]


@pytest.mark.parametrize("cancelled", ["b", "c", "d"])
async def test_who_is_cancelled_while_waiting_is_left_out(serve, cancelled):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    scopes = {}

    async def send(text):
        with anyio.CancelScope() as scopes[text]:
            await websocket.send_text(text)

    async with anyio.create_task_group() as tasks:
        for text in "abcd":
            await started(tasks, send, text)
        scopes[cancelled].cancel()
        await anyio.wait_all_tasks_blocked()
        server.flow()
    assert server.texts == [text for text in "abcd" if text != cancelled]
    await websocket.send_text("e")
    assert server.texts[-1] == "e"


@pytest.mark.parametrize("is_last", [True, False])
async def test_who_is_cancelled_just_when_its_turn_has_come_hands_it_on(serve, is_last):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()

    async def first():
        await websocket.send_text("a")
        scope.cancel()  # "b" has its turn, and has not run yet

    async def second():
        nonlocal scope
        with anyio.CancelScope() as scope:
            await websocket.send_text("b")
            await anyio.sleep_forever()

    scope = None
    async with anyio.create_task_group() as tasks:
        await started(tasks, first)
        await started(tasks, second)
        if not is_last:
            await started(tasks, websocket.send_text, "c")
        server.flow()
    expected = ["a"] if is_last else ["a", "c"]
    assert [text for text in server.texts if text != "b"] == expected  # a loop may deliver "b" before the cancellation
    await websocket.send_text("d")
    assert server.texts[-1] == "d"


async def test_who_is_cancelled_while_sending_hands_its_turn_on(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as inner:
                await started(inner, websocket.send_text, "a")
                await started(tasks, websocket.send_bytes, b"b")
                server.stuck_on = None
                scope.cancel()
    assert server.types == ["accept", "send"]
    assert server.sent[1]["bytes"] == b"b"


async def test_all_who_wait_behind_a_send_that_fails_learn_that_the_client_is_gone(serve):
    server = serve(stuck_on="websocket.send", breaks_on="websocket.send")
    websocket = await server.accepted()
    gone = []

    async def send(text):
        with pytest.raises(WebSocketDisconnect) as caught:
            await websocket.send_text(text)
        gone.append((text, caught.value.code))

    async with anyio.create_task_group() as tasks:
        for text in "abc":
            await started(tasks, send, text)
        server.flow()
    assert gone == [("a", 1006), ("b", 1006), ("c", 1006)]
    assert server.attempts[1:] == ["websocket.send"]  # the server was asked once


async def test_a_send_that_fails_otherwise_hands_its_turn_on(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    send = websocket._send

    async def refuse_surrogates(message):
        await send(message)
        message["text"].encode()

    websocket._send = refuse_surrogates

    async def fail():
        with pytest.raises(UnicodeEncodeError):
            await websocket.send_text("\ud800")

    async with anyio.create_task_group() as tasks:
        await started(tasks, fail)
        await started(tasks, websocket.send_text, "b")
        server.flow()
    assert server.texts == ["\ud800", "b"]


async def test_close_waits_for_the_message_before_it_and_nothing_follows(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()

    async def late():
        with pytest.raises(WebSocketDisconnected, match=r'^Cannot call "send" once a close message has been sent'):
            await websocket.send_text("b")

    async with anyio.create_task_group() as tasks:
        await started(tasks, websocket.send_text, "a")
        await started(tasks, websocket.close, 4000)
        await started(tasks, late)
        server.flow()
    assert server.types == ["accept", "send", "close"]


async def test_two_tasks_that_close_close_once(serve):
    server = serve(stuck_on="websocket.close")
    websocket = await server.accepted()

    async def second():
        with pytest.raises(WebSocketDisconnected):
            await websocket.close(4001)

    async with anyio.create_task_group() as tasks:
        await started(tasks, websocket.close, 4000)
        await started(tasks, second)
        server.flow()
    assert server.closed == (4000, "")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # whose own cancellation no scope of anyio holds off
async def test_tasks_of_asyncio_are_cancelled_while_they_send_and_wait(serve):
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    tasks = [asyncio.ensure_future(websocket.send_text(text)) for text in "abcd"]
    await anyio.wait_all_tasks_blocked()
    tasks[2].cancel()
    tasks[0].cancel()  # which hands the turn on to a task that is cancelled before it runs
    await asyncio.sleep(0)
    tasks[1].cancel()
    server.stuck_on = None
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in done] == [asyncio.CancelledError] * 3 + [type(None)]
    assert server.texts == ["d"]
    await websocket.send_text("e")
    assert server.texts[-1] == "e"
