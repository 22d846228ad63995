"""The types of the test clients, as tests see them.

Nothing here runs. mypy and pyright read it.
"""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any, assert_type

import httpx

from asgi_types import Message
from shine import Shine
from shine.testclient import (
    AsyncTestClient,
    AsyncWebSocketTestSession,
    EventStream,
    ReceivedEvent,
    TestClient,
    WebSocketTestSession,
)

app = Shine()


def sync_test() -> None:
    with TestClient(app, headers={"a": "b"}, backend="trio") as client:
        assert_type(client, TestClient)
        assert_type(client.get("/", params={"a": 1}), httpx.Response)
        assert_type(client.app_state, dict[str, Any])
        with client.stream("GET", "/") as response:
            assert_type(response, httpx.Response)
        with client.websocket_connect("/", ["chat"], timeout=1.0) as session:
            assert_type(session, WebSocketTestSession)
            assert_type(session.receive(), Message)
            assert_type(session.receive_text(timeout=1), str)
            assert_type(session.receive_bytes(), bytes)


async def async_test() -> None:
    async with AsyncTestClient(app, timeout=1, lifespan=False, client=("192.0.2.1", 1)) as client:
        assert_type(client, AsyncTestClient)
        assert_type(await client.post("/", json={"a": 1}), httpx.Response)
        async with client.stream("GET", "/") as response:
            assert_type(response, httpx.Response)
        async with client.events("/", last_event_id="1", params={"a": 1}) as events:
            assert_type(events, EventStream)
            assert_type(await events.receive(1), ReceivedEvent)
            assert_type([event.data async for event in events], list[str])
            assert_type(events.retry, int | None)
        async with client.websocket_connect("/", ["chat"]) as session:
            assert_type(session, AsyncWebSocketTestSession)
            assert_type(await session.receive_text(), str)
