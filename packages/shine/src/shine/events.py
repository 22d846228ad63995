"""Server-sent events."""

from asgi_http import SHUTDOWN as SHUTDOWN
from asgi_http import EventBuffer as EventBuffer
from asgi_http import EventChannel as EventChannel
from asgi_http import EventSourceResponse as EventSourceResponse
from asgi_http import MemoryEventBuffer as MemoryEventBuffer
from asgi_http import ServerSentEvent as ServerSentEvent
from asgi_http import Shutdown as Shutdown
from asgi_http import watch_shutdown as watch_shutdown

__all__ = (
    "EventBuffer",
    "EventChannel",
    "EventSourceResponse",
    "MemoryEventBuffer",
    "SHUTDOWN",
    "ServerSentEvent",
    "Shutdown",
    "watch_shutdown",
)
