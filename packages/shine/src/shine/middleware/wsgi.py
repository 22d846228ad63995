"""WSGI applications behind ASGI."""

from asgi_middleware.wsgi import WSGIMiddleware as WSGIMiddleware
from asgi_middleware.wsgi import build_environ as build_environ
from asgi_types import lazy_names as _lazy_names

__all__ = ("WSGIMiddleware", "build_environ")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"StarletteDeprecationWarning": "shine.exceptions"})
