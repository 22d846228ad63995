"""Middleware by request and response."""

from collections.abc import Callable
from typing import Any, ParamSpec

import asgi_http
from asgi_http import DispatchFunction as DispatchFunction
from asgi_http import RequestResponseEndpoint as RequestResponseEndpoint
from asgi_types import ASGIApp as ASGIApp
from asgi_types import Receive, Scope, Send

from .. import requests

__all__ = ("ASGIApp", "BaseHTTPMiddleware", "DispatchFunction", "RequestResponseEndpoint", "http_middleware")

_P = ParamSpec("_P")


class BaseHTTPMiddleware(asgi_http.BaseHTTPMiddleware):
    """An `asgi_http.BaseHTTPMiddleware` whose function gets a `Request`."""

    request_class: Callable[[Scope, Receive, Send], asgi_http.Request[Any]] = requests.Request


class http_middleware(asgi_http.http_middleware[_P]):  # noqa: N801 - a decorator
    """An `asgi_http.http_middleware` whose function gets a `Request`."""

    request_class: type[asgi_http.Request[Any]] = requests.Request
