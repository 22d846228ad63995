"""A connection that is cancelled, as servers do when they stop: nothing is sent, and nothing is left."""

import asyncio

import anyio
import pytest

from asgi_types import GUARD
from asgi_websockets import Heartbeat, WebSocket, WebSocketEndpoint, websocket_session


class Beating(WebSocket):
    heartbeat = Heartbeat()


@pytest.fixture(autouse=True)
async def time_limit():
    with anyio.fail_after(20):
        yield


only_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def nothing(websocket):
    pass


async def connected(websocket):
    await websocket.receive()


async def accepted(websocket):
    await websocket.accept()


async def closed(websocket):
    await websocket.accept()
    await websocket.close(4000)


async def denying(websocket):
    await websocket.send({"type": "websocket.http.response.start", "status": 403, "headers": []})


@pytest.mark.parametrize("websocket_class", [WebSocket, Beating])
@pytest.mark.parametrize("guard", [{}, {GUARD: None}], ids=["", "guard"])
@pytest.mark.parametrize("stage", [nothing, connected, accepted, closed, denying])
async def test_a_cancellation_passes(serve, tidy, stage, guard, websocket_class):
    server = serve()
    begun = []

    async def func(websocket):
        await stage(websocket)
        begun.append(list(server.types))
        await anyio.sleep_forever()

    async with tidy():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: server.run(websocket_session(func, websocket_class), **guard))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
    assert server.types == begun[0]


async def test_a_fault_while_it_is_cancelled_is_not_lost(serve):
    async def func(websocket):
        await websocket.accept()
        try:
            await anyio.sleep_forever()
        finally:
            raise LookupError("Gone.")

    async def run_and_cancel():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve().run, websocket_session(func))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()

    with pytest.raises(ExceptionGroup) as caught:
        await run_and_cancel()
    assert caught.group_contains(LookupError)


# asyncio's own cancellation, which no scope of anyio holds off


async def cancelled(coroutine):
    """Cancel a task of asyncio's as its own API does."""
    task = asyncio.ensure_future(coroutine)
    await anyio.wait_all_tasks_blocked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@only_asyncio
@pytest.mark.parametrize("websocket_class", [WebSocket, Beating])
@pytest.mark.parametrize("limits", [{}, {"idle_timeout": 5}], ids=str)
async def test_a_task_of_asyncio_is_cancelled_while_it_receives(serve, tidy, websocket_class, limits):
    async def func(websocket):
        vars(websocket).update(limits)
        await websocket.accept()
        await websocket.receive_text(timeout=5)

    server = serve()
    async with tidy():
        await cancelled(server.run(websocket_session(func, websocket_class)))
    assert server.types == ["accept"]


@only_asyncio
async def test_an_endpoint_that_asyncio_cancels_cleans_up_unless_it_is_cancelled_again(serve, tidy):
    codes = []

    class Example(WebSocketEndpoint):
        async def on_disconnect(self, websocket, close_code):
            codes.append(close_code)
            await anyio.sleep(0.01)
            codes.append("cleaned up")
            await anyio.sleep_forever()

    async with tidy():
        task = asyncio.ensure_future(serve().run(Example))
        await anyio.wait_all_tasks_blocked()
        task.cancel()
        await anyio.sleep(0.05)
        assert codes == [1001, "cleaned up"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
