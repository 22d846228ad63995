"""Test clients for any ASGI application; they need httpx or httpx2."""

from asgi_types import lazy_names as _lazy_names
from asgi_websockets.testing import AsyncWebSocketTestSession as AsyncWebSocketTestSession
from asgi_websockets.testing import WebSocketDenied as WebSocketDenied

from ._testing.asgi2 import ASGI2App as ASGI2App
from ._testing.asgi2 import ASGI3App as ASGI3App
from ._testing.asgi2 import ASGIInstance as ASGIInstance
from ._testing.async_test_client import AsyncTestClient as AsyncTestClient
from ._testing.event_decoder import ReceivedEvent as ReceivedEvent
from ._testing.event_stream import EventStream as EventStream
from ._testing.test_client import TestClient as TestClient
from ._testing.websocket_session import WebSocketDenialResponse as WebSocketDenialResponse
from ._testing.websocket_session import WebSocketTestSession as WebSocketTestSession

__all__ = (
    "ASGI2App",
    "ASGI3App",
    "ASGIInstance",
    "AsyncTestClient",
    "AsyncWebSocketTestSession",
    "EventStream",
    "ReceivedEvent",
    "TestClient",
    "WebSocketDenialResponse",
    "WebSocketDenied",
    "WebSocketTestSession",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"StarletteDeprecationWarning": "shine.exceptions", "WebSocketDisconnect": "shine.websockets"})
