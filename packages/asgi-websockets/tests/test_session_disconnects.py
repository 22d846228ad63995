"""The client goes, at every state of a connection: who goes is no error, and leaves nothing behind."""

from contextlib import nullcontext

import anyio
import pytest

from asgi_types import GUARD, HTTPException, Response
from asgi_websockets import (
    Heartbeat,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
    _session,
    websocket_session,
)

EXTENSION = {"extensions": {"websocket.http.response": {}}}
LEFT = {"type": "websocket.disconnect", "code": 1001, "reason": "Page left."}


class Beating(WebSocket):
    heartbeat = Heartbeat(0.01)


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


@pytest.fixture(params=[{}, {GUARD: None}, EXTENSION], ids=["bare", "guard", "denials"])
def scope(request):
    return request.param


@pytest.fixture(params=[WebSocket, Beating])
def websocket_class(request):
    return request.param


# What a function does; ``go()`` makes the client leave.


async def while_receiving(websocket, go):
    await websocket.accept()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(go)
        await websocket.receive_text()


async def while_iterating(websocket, go):
    await websocket.accept()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(go)
        async for _ in websocket.iter_text():
            pass
    await anyio.sleep(0.03)  # cleans up, for more than a heartbeat


async def before_accept(websocket, go):
    await websocket.receive()
    await go()
    await websocket.wait_closed()


async def before_accept_unnoticed(websocket, go):
    await websocket.receive()
    await go()
    await websocket.wait_closed()
    await websocket.accept()


async def while_at_work_then_receiving(websocket, go):
    await websocket.accept()
    await go()
    await anyio.sleep(0.03)
    await websocket.receive_text()


async def then_sending(websocket, go):
    await websocket.accept()
    await go()
    await websocket.wait_closed()
    await websocket.send_text("a")


async def then_closing(websocket, go):
    await websocket.accept()
    await go()
    await websocket.wait_closed()
    await websocket.close()


async def several_tasks(websocket, go):
    await websocket.accept()

    async def tick():
        while True:
            await websocket.send_text("tick")
            await anyio.sleep(0.001)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(tick)
        tasks.start_soon(go)
        await websocket.receive_text()


TOLD = [
    *(while_receiving, while_iterating, before_accept, before_accept_unnoticed, while_at_work_then_receiving),
    *(then_sending, then_closing, several_tasks),
]


@pytest.mark.parametrize("func", TOLD, ids=lambda func: func.__name__)
async def test_a_client_whose_end_is_received(serve, tidy, scope, websocket_class, func):
    server = serve()

    async def go():
        server.put(LEFT)

    async def endpoint(websocket):
        await func(websocket, go)

    async with tidy():
        await server.run(websocket_session(endpoint, websocket_class), **scope)
    assert "close" not in server.types


async def accept(websocket):
    await websocket.accept()


async def send(websocket):
    await websocket.accept()
    await websocket.send_text("a")


async def send_often(websocket):
    await websocket.accept()
    async with anyio.create_task_group() as tasks:
        for text in "abc":
            tasks.start_soon(websocket.send_text, text)


async def send_unwatched(websocket):
    await websocket.accept()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(websocket.wait_closed)
        await websocket.send_json([1])


async def close(websocket):
    await websocket.accept()
    await websocket.close()


async def close_by_exception(websocket):
    await websocket.accept()
    raise WebSocketException(1008)


async def close_by_status(websocket):
    await websocket.accept()
    raise HTTPException(404)


async def refuse(websocket):
    await websocket.close()


async def deny(websocket):
    await websocket.send_denial_response(Response("No", 403))


async def deny_by_status(websocket):
    raise HTTPException(403)


async def accept_and_return(websocket):
    await websocket.accept()


# What a function does, the message the server breaks on, and on which servers.
FOUND = [
    (accept, "websocket.accept", [{}, EXTENSION]),
    (send, "websocket.send", [{}, EXTENSION]),
    (send_often, "websocket.send", [{}, EXTENSION]),
    (send_unwatched, "websocket.send", [{}, EXTENSION]),
    (close, "websocket.close", [{}, EXTENSION]),
    (accept_and_return, "websocket.close", [{}, EXTENSION]),
    (close_by_exception, "websocket.close", [{}, EXTENSION]),
    (close_by_status, "websocket.close", [{}, EXTENSION]),
    (refuse, "websocket.close", [{}, EXTENSION]),
    (deny_by_status, "websocket.close", [{}]),
    (deny_by_status, "websocket.http.response.start", [EXTENSION]),
    (deny_by_status, "websocket.http.response.body", [EXTENSION]),
    (deny, "websocket.http.response.start", [EXTENSION]),
    (deny, "websocket.http.response.body", [EXTENSION]),
]


@pytest.mark.parametrize("is_slow", [False, True], ids=["at once", "later"])
@pytest.mark.parametrize(
    ("func", "breaks_on", "scope"),
    [(func, breaks_on, scope) for func, breaks_on, scopes in FOUND for scope in scopes],
    ids=lambda value: getattr(value, "__name__", "denials" if value == EXTENSION else str(value or "bare")),
)
async def test_a_client_whose_end_is_found_by_sending(serve, tidy, scope, websocket_class, func, breaks_on, is_slow):
    server = serve(breaks_on=breaks_on, stuck_on=breaks_on if is_slow else None)
    async with tidy():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: server.run(websocket_session(func, websocket_class), **scope))
            if is_slow:
                await anyio.wait_all_tasks_blocked()
                server.flow()
    assert server.attempts.count(breaks_on) == 1
    assert server.attempts[-1] == breaks_on


async def test_a_client_that_is_gone_before_it_connected_is_raised_to_the_log(bare_serve, tidy, scope, websocket_class):
    server = bare_serve(LEFT)
    async with tidy():
        with pytest.raises(RuntimeError, match=r'^Expected ASGI message "websocket.connect"'):
            await server.run(websocket_session(accept, websocket_class), **scope)


async def test_the_client_answers_the_close_of_the_program(serve, tidy, scope, websocket_class):
    server = serve()

    async def func(websocket):
        await websocket.accept()
        await websocket.close(4000)
        server.put({**LEFT, "code": 4000})
        await websocket.wait_closed()

    async with tidy():
        await server.run(websocket_session(func, websocket_class), **scope)
    assert server.closed == (4000, "")


# What the function does when the client has gone


@pytest.mark.parametrize("error", [WebSocketException(1008), HTTPException(404)], ids=["WebSocketException", "HTTP"])
@pytest.mark.parametrize("scope", [{}, EXTENSION], ids=["bare", "denials"])
async def test_an_answer_that_comes_too_late_is_dropped(serve, scope, error):
    async def func(websocket):
        await websocket.accept()
        await websocket.wait_closed()
        raise error

    server = serve(LEFT)
    await server.run(websocket_session(func), **scope)
    assert server.types == ["accept"]


async def test_a_fault_is_raised_though_the_client_has_gone(serve, scope):
    async def func(websocket):
        await websocket.accept()
        await websocket.wait_closed()
        raise LookupError("Gone.")

    server = serve(LEFT)
    with pytest.raises(LookupError, match="Gone"):
        await server.run(websocket_session(func), **scope)
    assert server.types == ["accept"]


@pytest.mark.parametrize(("is_accepted", "breaks_on"), [(True, "close"), (False, "http.response.start")])
async def test_a_fault_is_raised_though_its_answer_fails(serve, is_accepted, breaks_on):
    async def func(websocket):
        if is_accepted:
            await websocket.accept()
        raise LookupError("Gone.")

    server = serve(breaks_on=f"websocket.{breaks_on}")
    with pytest.raises(LookupError, match="Gone"):
        await server.run(websocket_session(func), **EXTENSION)


@pytest.mark.parametrize("is_accepted", [True, False])
@pytest.mark.parametrize(
    "error",
    [WebSocketDisconnect(1013), WebSocketException(1008), HTTPException(404), LookupError("Gone.")],
    ids=lambda error: type(error).__name__,
)
async def test_a_client_that_takes_no_answer_is_not_waited_for(serve, tidy, monkeypatch, error, is_accepted):
    async def func(websocket):
        if is_accepted:
            await websocket.accept()
        raise error

    monkeypatch.setattr(_session, "END_TIMEOUT", 0.02)
    is_denied = not (is_accepted or isinstance(error, WebSocketException))
    stuck_on = "websocket.http.response.start" if is_denied else "websocket.close"
    server = serve(stuck_on=stuck_on)
    async with tidy():
        is_raised = isinstance(error, (WebSocketDisconnect, LookupError))
        with pytest.raises(type(error)) if is_raised else nullcontext():
            await server.run(websocket_session(func), **EXTENSION)
    assert server.attempts[-1] == stuck_on
    assert server.closed is None


async def test_below_an_error_layer_going_is_no_error_either(serve, error_layer):
    for func, breaks_on in ((send, "websocket.send"), (accept, "websocket.accept"), (close, "websocket.close")):
        layer = error_layer(websocket_session(func))
        await serve(breaks_on=breaks_on).run(layer)
        assert layer.caught is None


# Who else sends


async def test_a_send_of_another_task_that_fails_is_no_error_of_a_function_that_returns(serve, tidy):
    server = serve(breaks_on="websocket.send", stuck_on="websocket.send")

    async def quiet(websocket):
        with pytest.raises(Exception, match="1006"):
            await websocket.send_text("a")

    async with tidy():
        async with anyio.create_task_group() as others:

            async def func(websocket):
                await websocket.accept()
                others.start_soon(quiet, websocket)
                await anyio.wait_all_tasks_blocked()

            others.start_soon(server.run, websocket_session(func))
            await anyio.wait_all_tasks_blocked()
            server.flow()
    assert server.attempts == ["websocket.accept", "websocket.send"]


@pytest.mark.parametrize("error", [None, WebSocketException(4001), HTTPException(404)], ids=str)
async def test_another_task_that_closes_first_is_no_error_of_the_function(serve, tidy, error):
    server = serve(stuck_on="websocket.send")
    async with tidy():
        async with anyio.create_task_group() as others:

            async def func(websocket):
                await websocket.accept()
                others.start_soon(websocket.send_text, "a")
                await anyio.wait_all_tasks_blocked()
                others.start_soon(websocket.close, 4000)
                await anyio.wait_all_tasks_blocked()
                if error is not None:
                    raise error

            others.start_soon(server.run, websocket_session(func))
            await anyio.wait_all_tasks_blocked()
            server.flow()
    assert server.types == ["accept", "send", "close"]
    assert server.closed == (4000, "")


async def test_the_end_of_another_connection_is_a_fault_of_this_one(serve):
    other = serve(breaks_on="websocket.send")
    partner = await other.accepted()

    async def bridge(websocket):
        await websocket.accept()
        async for text in websocket.iter_text():
            await partner.send_text(text)

    server = serve("a")
    with pytest.raises(WebSocketDisconnect, match="1006"):
        await server.run(websocket_session(bridge))
    assert server.closed == (1011, "Internal Server Error")
