"""The application class."""

from asgi_types import lazy_names as _lazy_names

from ._application import AppType as AppType
from ._application import Shine as Shine

Starlette = Shine

__all__ = ("AppType", "Shine", "Starlette")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "BaseRoute": "shine.routing",
        "ExceptionMiddleware": "shine.middleware.exceptions",
        "Middleware": "shine.middleware",
        "Request": "shine.requests",
        "RequestBodyLimitMiddleware": "shine.middleware.body_limit",
        "Response": "shine.responses",
        "Router": "shine.routing",
        "ServerErrorMiddleware": "shine.middleware.errors",
        "State": "shine.datastructures",
        "URLPath": "shine.datastructures",
    },
)
