"""Only clients of some networks."""

from asgi_middleware import ClientNetworksMiddleware as ClientNetworksMiddleware

__all__ = ("ClientNetworksMiddleware",)
