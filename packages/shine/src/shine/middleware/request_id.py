"""Each request has a name."""

from asgi_middleware import RequestIDFilter as RequestIDFilter
from asgi_middleware import RequestIDMiddleware as RequestIDMiddleware
from asgi_middleware import request_id as request_id
from asgi_middleware import trace_id as trace_id

__all__ = (
    "RequestIDFilter",
    "RequestIDMiddleware",
    "request_id",
    "trace_id",
)
