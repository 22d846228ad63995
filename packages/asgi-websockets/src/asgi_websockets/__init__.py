"""WebSockets for any ASGI application: the connection, its states and errors, and functions as applications."""

from asgi_types import WebSocketException as WebSocketException

from ._close import WebSocketClose as WebSocketClose
from ._disconnect import WebSocketDisconnect as WebSocketDisconnect
from ._disconnect import WebSocketDisconnected as WebSocketDisconnected
from ._session import websocket_session as websocket_session
from ._state import WebSocketState as WebSocketState
from ._websocket import WebSocket as WebSocket

__all__ = (
    "WebSocket",
    "WebSocketClose",
    "WebSocketDisconnect",
    "WebSocketDisconnected",
    "WebSocketException",
    "WebSocketState",
    "websocket_session",
)
