"""Threads for what blocks."""

from asgi_http import thread_limiter as thread_limiter

__all__ = ("thread_limiter",)
