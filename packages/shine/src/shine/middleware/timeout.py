"""Limits on time."""

from asgi_middleware import TimeoutMiddleware as TimeoutMiddleware

__all__ = ("TimeoutMiddleware",)
