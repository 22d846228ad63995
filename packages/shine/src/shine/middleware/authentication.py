"""Each connection is given a user and credentials."""

from asgi_middleware import AuthenticationMiddleware as AuthenticationMiddleware

__all__ = ("AuthenticationMiddleware",)
