"""The heartbeat of a connection, beside whatever else it does."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from ._beside import beside
from ._disconnect import GONE
from ._heartbeat import Heartbeat
from ._state import WebSocketState
from ._websocket import WebSocket


def beating(websocket: WebSocket[Any], heartbeat: Heartbeat) -> AbstractAsyncContextManager[object]:
    """Send heartbeats while the block runs and the connection is open."""
    return beside(partial(_beat, websocket, heartbeat))


async def _beat(websocket: WebSocket[Any], heartbeat: Heartbeat) -> None:
    from anyio import sleep

    data = heartbeat.message
    send = websocket.send_text if isinstance(data, str) else websocket.send_bytes
    while websocket.application_state in (WebSocketState.CONNECTING, WebSocketState.CONNECTED):
        await sleep(heartbeat.interval)
        if websocket.application_state is WebSocketState.CONNECTED:
            try:
                await send(data)  # type: ignore[arg-type]
            except GONE:
                return  # who receives is told
