"""The layer that turns exceptions into answers."""

import asgi_middleware

from shine.requests import Request


class ExceptionMiddleware(asgi_middleware.ExceptionMiddleware):
    """An `asgi_middleware.ExceptionMiddleware` whose handlers get a `Request`."""

    request_class = Request
