"""The layer that turns exceptions into answers."""

from typing import Any

import asgi_middleware
from asgi_types import HTTPConnection

from .. import requests
from ..websockets import WebSocket

__all__ = ("ExceptionMiddleware",)


class ExceptionMiddleware(asgi_middleware.ExceptionMiddleware):
    """An `asgi_middleware.ExceptionMiddleware` whose handlers get a `Request` or a `WebSocket`."""

    request_class: type[HTTPConnection[Any]] = requests.Request
    websocket_class: type[HTTPConnection[Any]] = WebSocket
