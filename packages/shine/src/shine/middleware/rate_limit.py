"""Limits on how often."""

from asgi_middleware import MemoryRateLimitStore as MemoryRateLimitStore
from asgi_middleware import RateLimit as RateLimit
from asgi_middleware import RateLimitMiddleware as RateLimitMiddleware
from asgi_middleware import RateLimitStore as RateLimitStore
from asgi_middleware import RateLimitUnavailable as RateLimitUnavailable
from asgi_middleware import RateLimitVerdict as RateLimitVerdict
from asgi_middleware import client_key as client_key
from asgi_middleware import user_key as user_key

__all__ = (
    "MemoryRateLimitStore",
    "RateLimit",
    "RateLimitMiddleware",
    "RateLimitStore",
    "RateLimitUnavailable",
    "RateLimitVerdict",
    "client_key",
    "user_key",
)
