"""Where the time of a request went, for the browser."""

from asgi_middleware import ServerTiming as ServerTiming
from asgi_middleware import ServerTimingMiddleware as ServerTimingMiddleware
from asgi_middleware import server_timing as server_timing

__all__ = (
    "ServerTiming",
    "ServerTimingMiddleware",
    "server_timing",
)
