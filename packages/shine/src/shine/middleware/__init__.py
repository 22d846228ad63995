"""A middleware and its arguments, and how to have it for some connections only."""

from asgi_middleware import Middleware as Middleware
from asgi_middleware import MiddlewareFactory as _MiddlewareFactory  # noqa: F401 - FastAPI and others import it
from asgi_middleware import where as where

__all__ = ("Middleware", "where")
