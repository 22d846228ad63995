"""What is in an ASGI message that was received: its data, its size, or why there is none."""

from __future__ import annotations

from typing import Any

from asgi_types import Message

from ._disconnect import WebSocketDisconnect
from ._message_error import wrong_kind


def data_of(message: Message, wanted: str) -> Any:
    """The ``"text"`` or ``"bytes"`` of a message; raises what it is an error of if it has none."""
    if message["type"] == "websocket.disconnect":
        raise disconnect_of(message)
    data = message.get(wanted)
    if data is None:
        raise wrong_kind(wanted)
    return data


def disconnect_of(message: Message) -> WebSocketDisconnect:
    """The exception for the end of a connection; daphne has None where the client gave no code."""
    return WebSocketDisconnect(message.get("code") or 1005, message.get("reason"))


def size_of(message: Message, enough: float) -> int:
    """Bytes of a message; of text it is an estimate where that is less than ``enough``."""
    data = message.get("bytes")
    if data is not None:
        return len(data)
    text = message.get("text") or ""
    return len(text) if len(text) * 4 <= enough else len(text.encode("utf-8", "surrogatepass"))
