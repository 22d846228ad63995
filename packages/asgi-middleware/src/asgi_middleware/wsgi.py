"""WSGI applications behind ASGI, and the environment that they get."""

from ._wsgi.environ import build_environ as build_environ
from ._wsgi.wsgi_middleware import WSGIMiddleware as WSGIMiddleware

__all__ = ("WSGIMiddleware", "build_environ")
