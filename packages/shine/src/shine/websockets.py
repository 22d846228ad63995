"""WebSockets."""

from asgi_types import StateT as StateT
from asgi_types import lazy_names as _lazy_names
from asgi_websockets import Heartbeat as Heartbeat
from asgi_websockets import JSONMessageError as JSONMessageError
from asgi_websockets import WebSocket as WebSocket
from asgi_websockets import WebSocketClose as WebSocketClose
from asgi_websockets import WebSocketDisconnect as WebSocketDisconnect
from asgi_websockets import WebSocketDisconnected as WebSocketDisconnected
from asgi_websockets import WebSocketPolicyMiddleware as WebSocketPolicyMiddleware
from asgi_websockets import WebSocketState as WebSocketState
from asgi_websockets import check_origin as check_origin

__all__ = (
    "Heartbeat",
    "JSONMessageError",
    "StateT",
    "WebSocket",
    "WebSocketClose",
    "WebSocketDisconnect",
    "WebSocketDisconnected",
    "WebSocketPolicyMiddleware",
    "WebSocketState",
    "check_origin",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"HTTPConnection": "shine.requests", "Response": "shine.responses"})
