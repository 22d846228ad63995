"""The states of a connection, and the tables of which message may follow in which state."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING


class WebSocketState(Enum):
    """How far one side of a connection is. ``RESPONSE`` is the application's while it sends a denial response.

    >>> WebSocketState.CONNECTED.name, WebSocketState.CONNECTED.value
    ('CONNECTED', 1)
    """

    CONNECTING = 0
    CONNECTED = 1
    DISCONNECTED = 2
    RESPONSE = 3

    if TYPE_CHECKING:

        def __hash__(self) -> int: ...
    else:
        # The enumeration's own is written in Python, and the tables below are asked for every connection.
        __hash__ = object.__hash__


Transitions = dict[WebSocketState, dict[str, WebSocketState]]
"""By state, the message types that are allowed in it and the state each leads to; a state without an entry is final."""

FROM_CLIENT: Transitions = {
    WebSocketState.CONNECTING: {"websocket.connect": WebSocketState.CONNECTED},
    WebSocketState.CONNECTED: {
        "websocket.receive": WebSocketState.CONNECTED,
        "websocket.disconnect": WebSocketState.DISCONNECTED,
    },
}

FROM_APPLICATION: Transitions = {
    WebSocketState.CONNECTING: {
        "websocket.accept": WebSocketState.CONNECTED,
        "websocket.close": WebSocketState.DISCONNECTED,
        "websocket.http.response.start": WebSocketState.RESPONSE,
    },
    WebSocketState.CONNECTED: {
        "websocket.send": WebSocketState.CONNECTED,
        "websocket.close": WebSocketState.DISCONNECTED,
    },
    # The last part of the body; `WebSocket.send` stays in the state for those before it.
    WebSocketState.RESPONSE: {"websocket.http.response.body": WebSocketState.DISCONNECTED},
}


def following_state(allowed: dict[str, WebSocketState], message_type: str) -> WebSocketState:
    """The state that a message leads to; `RuntimeError` naming those allowed if it is none of them."""
    following = allowed.get(message_type)
    if following is None:
        expected = " or ".join(f'"{name}"' for name in allowed)
        raise RuntimeError(f"Expected ASGI message {expected}, but got {message_type!r}")
    return following
