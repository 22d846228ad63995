"""The outermost layer."""

import asgi_middleware

from shine.requests import Request


class ServerErrorMiddleware(asgi_middleware.ServerErrorMiddleware):
    """An `asgi_middleware.ServerErrorMiddleware` whose handlers get a `Request`."""

    request_class = Request
