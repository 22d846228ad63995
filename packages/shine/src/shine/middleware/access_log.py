"""A line for each request."""

from asgi_middleware import AccessLogMiddleware as AccessLogMiddleware
from asgi_middleware import AccessRecord as AccessRecord

__all__ = (
    "AccessLogMiddleware",
    "AccessRecord",
)
