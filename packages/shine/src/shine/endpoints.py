"""Endpoints that are classes."""

from collections.abc import Callable
from typing import Any, ClassVar

import asgi_http
from asgi_types import HTTPConnection, Receive, Scope, Send
from asgi_types import lazy_names as _lazy_names
from asgi_websockets import WebSocketEndpoint as WebSocketEndpoint

from . import requests

__all__ = ("HTTPEndpoint", "WebSocketEndpoint")


class HTTPEndpoint(asgi_http.HTTPEndpoint):
    """An `asgi_http.HTTPEndpoint` whose methods get a `Request`."""

    request_class: ClassVar[Callable[[Scope, Receive, Send], HTTPConnection[Any]]] = requests.Request


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTTPException": "shine.exceptions",
        "PlainTextResponse": "shine.responses",
        "Request": "shine.requests",
        "Response": "shine.responses",
        "WebSocket": "shine.websockets",
        "run_in_threadpool": "shine.concurrency",
    },
)
