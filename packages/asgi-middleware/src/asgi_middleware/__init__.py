"""Pure ASGI middleware, each usable around any ASGI application."""

from ._error_handler import ExceptionHandler as ExceptionHandler
from ._exception_middleware import ExceptionMiddleware as ExceptionMiddleware
from ._middleware import Middleware as Middleware
from ._middleware import MiddlewareFactory as MiddlewareFactory
from ._server_error_middleware import ServerErrorMiddleware as ServerErrorMiddleware

__all__ = (
    "ExceptionHandler",
    "ExceptionMiddleware",
    "Middleware",
    "MiddlewareFactory",
    "ServerErrorMiddleware",
)
