"""Responses in zstd, brotli or gzip, and requests in them."""

from asgi_middleware import CompressionMiddleware as CompressionMiddleware
from asgi_middleware import DecompressionMiddleware as DecompressionMiddleware

__all__ = ("CompressionMiddleware", "DecompressionMiddleware")
