"""The WebSocket events have the keys of the ASGI specification, written out here once more."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_type_hints, is_typeddict

import pytest

from asgi_types import events

# Name, type, the other keys that are required, and those that are not.
EVENTS: list[tuple[str, str, set[str], set[str]]] = [
    ("WebSocketConnectEvent", "websocket.connect", set(), set()),
    ("WebSocketAcceptEvent", "websocket.accept", {"subprotocol", "headers"}, set()),
    ("WebSocketReceiveEvent", "websocket.receive", {"bytes", "text"}, set()),
    ("WebSocketSendEvent", "websocket.send", {"bytes", "text"}, set()),
    ("WebSocketDisconnectEvent", "websocket.disconnect", {"code", "reason"}, set()),
    ("WebSocketCloseEvent", "websocket.close", {"code", "reason"}, set()),
    ("WebSocketResponseStartEvent", "websocket.http.response.start", {"status", "headers"}, set()),
    ("WebSocketResponseBodyEvent", "websocket.http.response.body", {"body", "more_body"}, set()),
]
INCOMING = {"WebSocketConnectEvent", "WebSocketReceiveEvent", "WebSocketDisconnectEvent"}


def found(name: str) -> Any:
    return getattr(events, name)


def test_there_is_one_typed_dict_for_each() -> None:
    names = {name for name in events.__all__ if name.startswith("WebSocket") and is_typeddict(found(name))}
    assert names == {row[0] for row in EVENTS}


@pytest.mark.parametrize(("name", "kind", "required", "optional"), EVENTS)
def test_keys_and_type(name: str, kind: str, required: set[str], optional: set[str]) -> None:
    event = found(name)
    assert event.__required_keys__ == {"type"} | required
    assert event.__optional_keys__ == optional
    assert get_type_hints(event)["type"] == Literal[kind]


def test_every_event_comes_in_or_goes_out() -> None:
    names = [row[0] for row in EVENTS]
    assert get_args(events.WebSocketIncomingEvent) == tuple(found(name) for name in names if name in INCOMING)
    assert set(get_args(events.WebSocketOutgoingEvent)) == {found(name) for name in names if name not in INCOMING}
