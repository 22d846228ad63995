"""WebSockets."""

from asgi_websockets import WebSocket as WebSocket
from asgi_websockets import WebSocketClose as WebSocketClose
from asgi_websockets import WebSocketDisconnect as WebSocketDisconnect
from asgi_websockets import WebSocketDisconnected as WebSocketDisconnected
from asgi_websockets import WebSocketState as WebSocketState

__all__ = ("WebSocket", "WebSocketClose", "WebSocketDisconnect", "WebSocketDisconnected", "WebSocketState")
