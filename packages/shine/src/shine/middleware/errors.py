"""The outermost layer."""

from typing import Any

import asgi_middleware
from asgi_types import HTTPConnection

from .. import requests

__all__ = ("ServerErrorMiddleware",)


class ServerErrorMiddleware(asgi_middleware.ServerErrorMiddleware):
    """An `asgi_middleware.ServerErrorMiddleware` whose handlers get a `Request`."""

    request_class: type[HTTPConnection[Any]] = requests.Request
