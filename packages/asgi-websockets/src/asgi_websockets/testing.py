"""Test any ASGI application's WebSockets without a server: a session for async tests, and one for the others.

The root does not import this module: an application does not need it.
"""

from ._testing.async_session import AsyncWebSocketTestSession as AsyncWebSocketTestSession
from ._testing.denied import WebSocketDenied as WebSocketDenied
from ._testing.scope import websocket_scope as websocket_scope
from ._testing.session import WebSocketTestSession as WebSocketTestSession

__all__ = (
    "AsyncWebSocketTestSession",
    "WebSocketDenied",
    "WebSocketTestSession",
    "websocket_scope",
)
