"""Routes whose endpoints are functions of a request or a WebSocket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

import asgi_http
import asgi_routing
from asgi_routing import PARAM_FORMAT_REGEX as PARAM_FORMAT_REGEX
from asgi_routing import PARAM_REGEX as PARAM_REGEX
from asgi_routing import BaseRoute as BaseRoute
from asgi_routing import Host as Host
from asgi_routing import Match as Match
from asgi_routing import NoMatchFound as NoMatchFound
from asgi_routing import URLPath as URLPath
from asgi_routing import combine_lifespans as combine_lifespans
from asgi_routing import compile_path as compile_path
from asgi_routing import get_name as get_name
from asgi_routing import lifespan_of as lifespan_of
from asgi_routing import replace_params as replace_params
from asgi_types import ASGIApp, HTTPConnection, Receive, Scope, Send
from asgi_types import lazy_names as _lazy_names
from asgi_websockets import websocket_session as websocket_session

from . import requests

__all__ = (
    "BaseRoute",
    "Host",
    "Match",
    "Mount",
    "NoMatchFound",
    "PARAM_FORMAT_REGEX",
    "PARAM_REGEX",
    "Route",
    "Router",
    "URLPath",
    "WebSocketRoute",
    "combine_lifespans",
    "compile_path",
    "get_name",
    "lifespan_of",
    "replace_params",
    "request_response",
    "websocket_session",
)


def request_response(
    func: Callable[[Any], Awaitable[ASGIApp] | ASGIApp],
    request_class: Callable[[Scope, Receive, Send], HTTPConnection[Any]] = requests.Request,
    max_body_size: float | None = None,
) -> ASGIApp:
    """The `asgi_http.request_response` of a function that gets a `Request`."""
    return asgi_http.request_response(func, request_class, max_body_size)


class Route(asgi_routing.Route):
    """An `asgi_routing.Route` whose functions get a `Request`."""

    @staticmethod
    def adapter(func: Callable[..., Any]) -> ASGIApp:
        """The application of a function; looked up here at each call, since instrumentation replaces it."""
        return request_response(func)


class WebSocketRoute(asgi_routing.WebSocketRoute):
    """An `asgi_routing.WebSocketRoute` whose functions get a `WebSocket`."""

    @staticmethod
    def adapter(func: Callable[..., Any]) -> ASGIApp:
        """The application of a function, looked up here as `Route.adapter` does."""
        return websocket_session(func)


class Mount(asgi_routing.Mount):
    """An `asgi_routing.Mount` whose ``routes`` are those of a `Router` of this module."""

    @staticmethod
    def make_router(routes: Sequence[BaseRoute]) -> ASGIApp:
        return Router(routes)


class Router(asgi_routing.Router):
    """An `asgi_routing.Router` that makes routes of this module."""

    route_type: ClassVar[type[asgi_routing.Route]] = Route
    websocket_route_type: ClassVar[type[asgi_routing.WebSocketRoute]] = WebSocketRoute
    mount_type: ClassVar[type[asgi_routing.Mount]] = Mount


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "CONVERTOR_TYPES": "shine.convertors",
        "Convertor": "shine.convertors",
        "HTTPException": "shine.exceptions",
        "Headers": "shine.datastructures",
        "Middleware": "shine.middleware",
        "PlainTextResponse": "shine.responses",
        "RedirectResponse": "shine.responses",
        "Request": "shine.requests",
        "RequestBodyLimitMiddleware": "shine.middleware.body_limit",
        "Response": "shine.responses",
        "StarletteDeprecationWarning": "shine.exceptions",
        "URL": "shine.datastructures",
        "WebSocket": "shine.websockets",
        "WebSocketClose": "shine.websockets",
        "run_in_threadpool": "shine.concurrency",
    },
)
