"""Endpoints that are classes."""

from asgi_http import HTTPEndpoint as HTTPEndpoint

__all__ = ("HTTPEndpoint",)
