"""Each connection is given a user and credentials."""

from asgi_middleware import AuthenticationMiddleware as AuthenticationMiddleware
from asgi_types import lazy_names as _lazy_names

__all__ = ("AuthenticationMiddleware",)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "AuthCredentials": "shine.authentication",
        "AuthenticationBackend": "shine.authentication",
        "AuthenticationError": "shine.authentication",
        "HTTPConnection": "shine.requests",
        "PlainTextResponse": "shine.responses",
        "Response": "shine.responses",
        "UnauthenticatedUser": "shine.authentication",
    },
)
