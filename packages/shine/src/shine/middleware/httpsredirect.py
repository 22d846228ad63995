"""From http to https."""

from asgi_middleware import HTTPSRedirectMiddleware as HTTPSRedirectMiddleware

__all__ = ("HTTPSRedirectMiddleware",)
