"""The events of ASGI as TypedDicts, for type checkers; `asgi_types.Message` is the open mapping.

The root does not import this module: programs that only pass events on need not pay for it.

>>> HTTPResponseBodyEvent(type="http.response.body", body=b"Hello", more_body=False)
{'type': 'http.response.body', 'body': b'Hello', 'more_body': False}
"""

from ._http_events import HTTPDisconnectEvent as HTTPDisconnectEvent
from ._http_events import HTTPIncomingEvent as HTTPIncomingEvent
from ._http_events import HTTPOutgoingEvent as HTTPOutgoingEvent
from ._http_events import HTTPRequestEvent as HTTPRequestEvent
from ._http_events import HTTPResponseBodyEvent as HTTPResponseBodyEvent
from ._http_events import HTTPResponseDebugEvent as HTTPResponseDebugEvent
from ._http_events import HTTPResponseEarlyHintEvent as HTTPResponseEarlyHintEvent
from ._http_events import HTTPResponsePathsendEvent as HTTPResponsePathsendEvent
from ._http_events import HTTPResponseStartEvent as HTTPResponseStartEvent
from ._http_events import HTTPResponseTrailersEvent as HTTPResponseTrailersEvent
from ._http_events import HTTPResponseZeroCopySendEvent as HTTPResponseZeroCopySendEvent
from ._http_events import HTTPServerPushEvent as HTTPServerPushEvent
from ._lifespan_events import LifespanIncomingEvent as LifespanIncomingEvent
from ._lifespan_events import LifespanOutgoingEvent as LifespanOutgoingEvent
from ._lifespan_events import LifespanShutdownCompleteEvent as LifespanShutdownCompleteEvent
from ._lifespan_events import LifespanShutdownEvent as LifespanShutdownEvent
from ._lifespan_events import LifespanShutdownFailedEvent as LifespanShutdownFailedEvent
from ._lifespan_events import LifespanStartupCompleteEvent as LifespanStartupCompleteEvent
from ._lifespan_events import LifespanStartupEvent as LifespanStartupEvent
from ._lifespan_events import LifespanStartupFailedEvent as LifespanStartupFailedEvent
from ._websocket_events import WebSocketAcceptEvent as WebSocketAcceptEvent
from ._websocket_events import WebSocketCloseEvent as WebSocketCloseEvent
from ._websocket_events import WebSocketConnectEvent as WebSocketConnectEvent
from ._websocket_events import WebSocketDisconnectEvent as WebSocketDisconnectEvent
from ._websocket_events import WebSocketIncomingEvent as WebSocketIncomingEvent
from ._websocket_events import WebSocketOutgoingEvent as WebSocketOutgoingEvent
from ._websocket_events import WebSocketReceiveEvent as WebSocketReceiveEvent
from ._websocket_events import WebSocketResponseBodyEvent as WebSocketResponseBodyEvent
from ._websocket_events import WebSocketResponseStartEvent as WebSocketResponseStartEvent
from ._websocket_events import WebSocketSendEvent as WebSocketSendEvent

__all__ = (
    "HTTPDisconnectEvent",
    "HTTPIncomingEvent",
    "HTTPOutgoingEvent",
    "HTTPRequestEvent",
    "HTTPResponseBodyEvent",
    "HTTPResponseDebugEvent",
    "HTTPResponseEarlyHintEvent",
    "HTTPResponsePathsendEvent",
    "HTTPResponseStartEvent",
    "HTTPResponseTrailersEvent",
    "HTTPResponseZeroCopySendEvent",
    "HTTPServerPushEvent",
    "LifespanIncomingEvent",
    "LifespanOutgoingEvent",
    "LifespanShutdownCompleteEvent",
    "LifespanShutdownEvent",
    "LifespanShutdownFailedEvent",
    "LifespanStartupCompleteEvent",
    "LifespanStartupEvent",
    "LifespanStartupFailedEvent",
    "WebSocketAcceptEvent",
    "WebSocketCloseEvent",
    "WebSocketConnectEvent",
    "WebSocketDisconnectEvent",
    "WebSocketIncomingEvent",
    "WebSocketOutgoingEvent",
    "WebSocketReceiveEvent",
    "WebSocketResponseBodyEvent",
    "WebSocketResponseStartEvent",
    "WebSocketSendEvent",
)
