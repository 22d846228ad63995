"""The WebSocket events of the ASGI 3 specification, and its denial response extension, as TypedDicts."""

from collections.abc import Iterable
from typing import Literal, TypedDict


class WebSocketConnectEvent(TypedDict):
    """The client asks for the connection; the answer is accept, close or a denial response."""

    type: Literal["websocket.connect"]


class WebSocketAcceptEvent(TypedDict):
    """The handshake is accepted."""

    type: Literal["websocket.accept"]
    subprotocol: str | None
    headers: Iterable[tuple[bytes, bytes]]


class WebSocketReceiveEvent(TypedDict):
    """A message of the client: exactly one of ``bytes`` and ``text`` is not None."""

    type: Literal["websocket.receive"]
    bytes: bytes | None
    text: str | None


class WebSocketSendEvent(TypedDict):
    """A message to the client: exactly one of ``bytes`` and ``text`` is not None."""

    type: Literal["websocket.send"]
    bytes: bytes | None
    text: str | None


class WebSocketDisconnectEvent(TypedDict):
    """The connection is gone; ``code`` is the close code of RFC 6455 section 7.4."""

    type: Literal["websocket.disconnect"]
    code: int
    reason: str | None


class WebSocketCloseEvent(TypedDict):
    """The application closes, or before accept refuses, the connection."""

    type: Literal["websocket.close"]
    code: int
    reason: str | None


class WebSocketResponseStartEvent(TypedDict):
    """Extension ``websocket.http.response``: status and headers of a denial response."""

    type: Literal["websocket.http.response.start"]
    status: int
    headers: Iterable[tuple[bytes, bytes]]


class WebSocketResponseBodyEvent(TypedDict):
    """Extension ``websocket.http.response``: a part of the denial response's body."""

    type: Literal["websocket.http.response.body"]
    body: bytes
    more_body: bool


WebSocketIncomingEvent = WebSocketConnectEvent | WebSocketReceiveEvent | WebSocketDisconnectEvent
"""What an application may receive on a WebSocket scope."""

WebSocketOutgoingEvent = (
    WebSocketAcceptEvent
    | WebSocketSendEvent
    | WebSocketCloseEvent
    | WebSocketResponseStartEvent
    | WebSocketResponseBodyEvent
)
"""What an application may send on a WebSocket scope, the denial response included."""
