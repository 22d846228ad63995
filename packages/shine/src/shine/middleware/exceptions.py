"""The layer that turns exceptions into answers."""

import asgi_middleware

from ..requests import Request
from ..websockets import WebSocket

__all__ = ("ExceptionMiddleware",)


class ExceptionMiddleware(asgi_middleware.ExceptionMiddleware):
    """An `asgi_middleware.ExceptionMiddleware` whose handlers get a `Request` or a `WebSocket`."""

    request_class = Request
    websocket_class = WebSocket
