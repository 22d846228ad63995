"""Responses in gzip."""

from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES as DEFAULT_EXCLUDED_CONTENT_TYPES
from asgi_middleware import GZipMiddleware as GZipMiddleware

__all__ = (
    "DEFAULT_EXCLUDED_CONTENT_TYPES",
    "GZipMiddleware",
)
