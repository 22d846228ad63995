"""Middleware by request and response."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Any, ParamSpec

import asgi_http
from asgi_http import DispatchFunction as DispatchFunction
from asgi_http import RequestResponseEndpoint as RequestResponseEndpoint
from asgi_types import ASGIApp as ASGIApp
from asgi_types import Message, Receive, Scope, Send
from asgi_types import lazy_names as _lazy_names

from .. import requests

__all__ = (
    "ASGIApp",
    "AsyncContentStream",
    "BaseHTTPMiddleware",
    "BodyStreamGenerator",
    "DispatchFunction",
    "RequestResponseEndpoint",
    "http_middleware",
)

AsyncContentStream = AsyncIterable[str | bytes | memoryview | Message]
BodyStreamGenerator = AsyncGenerator[bytes | Message, None]

_P = ParamSpec("_P")


class BaseHTTPMiddleware(asgi_http.BaseHTTPMiddleware):
    """An `asgi_http.BaseHTTPMiddleware` whose function gets a `Request`."""

    request_class: Callable[[Scope, Receive, Send], asgi_http.Request[Any]] = requests.Request


class http_middleware(asgi_http.http_middleware[_P]):  # noqa: N801 - a decorator
    """An `asgi_http.http_middleware` whose function gets a `Request`."""

    request_class: type[asgi_http.Request[Any]] = requests.Request


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "ClientDisconnect": "shine.requests",
        "Request": "shine.requests",
        "Response": "shine.responses",
    },
)
