"""The layer that turns exceptions into answers."""

from typing import Any

import asgi_middleware
from asgi_types import HTTPConnection
from asgi_types import lazy_names as _lazy_names

from .. import requests

__all__ = ("ExceptionMiddleware",)


class ExceptionMiddleware(asgi_middleware.ExceptionMiddleware):
    """An `asgi_middleware.ExceptionMiddleware` whose handlers get a `Request` or a `WebSocket`."""

    request_class: type[HTTPConnection[Any]] = requests.Request

    @property
    def websocket_class(self) -> type[HTTPConnection[Any]]:  # type: ignore[override]
        """The class of the WebSocket that a handler gets; a program without WebSockets does not load it."""
        from ..websockets import WebSocket

        return WebSocket


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTTPException": "shine.exceptions",
        "PlainTextResponse": "shine.responses",
        "Request": "shine.requests",
        "Response": "shine.responses",
        "WebSocket": "shine.websockets",
        "WebSocketException": "shine.exceptions",
    },
)
