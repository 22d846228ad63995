"""A middleware and its arguments, and how to have it for some connections only."""

from asgi_middleware import Middleware as Middleware
from asgi_middleware import MiddlewareFactory as MiddlewareFactory
from asgi_middleware import where as where

__all__ = ("Middleware", "MiddlewareFactory", "where")

_MiddlewareFactory = MiddlewareFactory  # by which libraries know it from Starlette
