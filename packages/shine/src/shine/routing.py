"""Routes whose endpoints are functions of a request or a WebSocket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import asgi_routing
from asgi_http import request_response as request_response
from asgi_routing import BaseRoute as BaseRoute
from asgi_routing import Match as Match
from asgi_routing import NoMatchFound as NoMatchFound
from asgi_routing import compile_path as compile_path
from asgi_routing import get_name as get_name
from asgi_routing import replace_params as replace_params
from asgi_types import ASGIApp
from asgi_websockets import websocket_session as websocket_session

__all__ = (
    "BaseRoute",
    "Match",
    "NoMatchFound",
    "Route",
    "Router",
    "WebSocketRoute",
    "compile_path",
    "get_name",
    "replace_params",
    "request_response",
    "websocket_session",
)


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


class Router(asgi_routing.Router):
    """An `asgi_routing.Router` that makes routes of this module."""

    route_class: ClassVar[type[asgi_routing.Route]] = Route
    websocket_route_class: ClassVar[type[asgi_routing.WebSocketRoute]] = WebSocketRoute
