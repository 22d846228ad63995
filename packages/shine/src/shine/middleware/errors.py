"""The outermost layer."""

import asgi_middleware

from ..requests import Request

__all__ = ("ServerErrorMiddleware",)


class ServerErrorMiddleware(asgi_middleware.ServerErrorMiddleware):
    """An `asgi_middleware.ServerErrorMiddleware` whose handlers get a `Request`."""

    request_class = Request
