"""WSGI applications behind ASGI."""

from asgi_middleware.wsgi import WSGIMiddleware as WSGIMiddleware
from asgi_middleware.wsgi import build_environ as build_environ

__all__ = ("WSGIMiddleware", "build_environ")
