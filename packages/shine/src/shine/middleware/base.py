"""Middleware by request and response."""

from asgi_http import BaseHTTPMiddleware as BaseHTTPMiddleware
from asgi_http import DispatchFunction as DispatchFunction
from asgi_http import RequestResponseEndpoint as RequestResponseEndpoint
from asgi_http import http_middleware as http_middleware

__all__ = ("BaseHTTPMiddleware", "DispatchFunction", "RequestResponseEndpoint", "http_middleware")
