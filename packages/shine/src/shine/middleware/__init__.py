"""A middleware and its arguments."""

from asgi_middleware import Middleware as Middleware

__all__ = ("Middleware",)
