"""Requests, and the scope's view they share with WebSockets."""

from asgi_http import ClientDisconnect as ClientDisconnect
from asgi_http import Request as Request
from asgi_types import HTTPConnection as HTTPConnection

__all__ = ("ClientDisconnect", "HTTPConnection", "Request")
