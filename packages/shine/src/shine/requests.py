"""Requests, and the scope's view they share with WebSockets."""

from asgi_http import SERVER_PUSH_HEADERS_TO_COPY as SERVER_PUSH_HEADERS_TO_COPY
from asgi_http import ClientDisconnect as ClientDisconnect
from asgi_http import ContentTooLarge as ContentTooLarge
from asgi_http import JSONBodyError as JSONBodyError
from asgi_http import JSONCodec as JSONCodec
from asgi_http import Request as Request
from asgi_types import HTTPConnection as HTTPConnection

__all__ = (
    "ClientDisconnect",
    "ContentTooLarge",
    "HTTPConnection",
    "JSONBodyError",
    "JSONCodec",
    "Request",
    "SERVER_PUSH_HEADERS_TO_COPY",
)
