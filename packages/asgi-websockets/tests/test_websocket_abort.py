"""Closing a connection whose client may take nothing, and is not waited for."""

import anyio
import pytest

from asgi_websockets import WebSocketDisconnect, WebSocketDisconnected, WebSocketState, _websocket


async def test_it_closes_and_the_client_counts_as_gone(serve):
    server = serve("never received")
    websocket = await server.accepted()
    await websocket.abort(4000, "Unwanted.")
    assert server.closed == (4000, "Unwanted.")
    assert websocket.client_state is websocket.application_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnect, match=r"^4000: Unwanted\.$"):
        await websocket.send_text("a")
    with pytest.raises(WebSocketDisconnected, match=r'^Cannot call "receive" once'):
        await websocket.receive_text()
    await websocket.close()  # which is closed already
    assert len(server.sent) == 2


async def test_before_accept_it_refuses(serve):
    server = serve()
    websocket = server.websocket()
    await websocket.abort(403)
    assert server.closed == (403, "")


async def test_a_client_that_takes_nothing_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(_websocket, "END_TIMEOUT", 0.05)
    server = serve(stuck_on="websocket.send")
    websocket = await server.accepted()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(websocket.send_text, "a")
            await anyio.wait_all_tasks_blocked()
            await websocket.abort(1013)
            tasks.cancel_scope.cancel()
    assert websocket.client_state is WebSocketState.DISCONNECTED
    with pytest.raises(WebSocketDisconnect) as caught:
        await websocket.send_text("a")
    assert caught.value.code == 1013


async def test_a_code_that_no_frame_may_have_leaves_it_open(serve):
    server = serve("a")
    websocket = await server.accepted()
    with pytest.raises(ValueError, match=r"^A close frame cannot have the code 1006"):
        await websocket.abort(1006)
    assert await websocket.receive_text() == "a"


async def test_after_the_end_it_does_nothing(serve):
    server = serve()
    websocket = await server.accepted()
    await websocket.close()
    await websocket.abort()
    assert len(server.sent) == 2
