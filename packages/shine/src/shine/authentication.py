"""Who a connection comes from, and what it may do."""

from asgi_middleware import AuthCredentials as AuthCredentials
from asgi_middleware import AuthenticationBackend as AuthenticationBackend
from asgi_middleware import AuthenticationError as AuthenticationError
from asgi_middleware import BaseUser as BaseUser
from asgi_middleware import SimpleUser as SimpleUser
from asgi_middleware import UnauthenticatedUser as UnauthenticatedUser
from asgi_middleware import has_required_scope as has_required_scope
from asgi_middleware import requires as requires

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
