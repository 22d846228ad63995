"""Who a connection comes from, and what it may do."""

from asgi_middleware import AuthCredentials as AuthCredentials
from asgi_middleware import AuthenticationBackend as AuthenticationBackend
from asgi_middleware import AuthenticationError as AuthenticationError
from asgi_middleware import BaseUser as BaseUser
from asgi_middleware import SimpleUser as SimpleUser
from asgi_middleware import UnauthenticatedUser as UnauthenticatedUser
from asgi_middleware import has_required_scope as has_required_scope
from asgi_middleware import requires as requires
from asgi_types import lazy_names as _lazy_names

__all__ = (
    "AuthCredentials",
    "AuthenticationBackend",
    "AuthenticationError",
    "BaseUser",
    "SimpleUser",
    "UnauthenticatedUser",
    "has_required_scope",
    "requires",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTTPConnection": "shine.requests",
        "HTTPException": "shine.exceptions",
        "RedirectResponse": "shine.responses",
        "Request": "shine.requests",
        "WebSocket": "shine.websockets",
    },
)
