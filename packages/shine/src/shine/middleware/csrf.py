"""Forged requests of other sites are refused."""

from asgi_middleware import CSRFMiddleware as CSRFMiddleware
from asgi_middleware import csrf_token as csrf_token

__all__ = ("CSRFMiddleware", "csrf_token")
