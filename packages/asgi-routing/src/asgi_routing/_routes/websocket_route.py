"""A path pattern and its WebSocket endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

from asgi_types import ASGIApp

from .middleware_stack import MiddlewareTriple, wrapped
from .path_route import PathRoute, get_name, needs_adapter


def no_adapter(func: Callable[..., Any]) -> ASGIApp:
    """Refuse a function: the core has no view of a WebSocket to hand to it."""
    raise TypeError(
        f"WebSocketRoute cannot call the function {get_name(func)}: give it an ASGI application. "
        "websocket_session() of asgi-websockets makes one of a function, and shine's WebSocketRoute does so by itself."
    )


class WebSocketRoute(PathRoute):
    """Serve the WebSockets of a path pattern by an ASGI application.

    The class attribute ``adapter`` makes the application of a function; here there is none, and a function that is no
    ASGI application is a `TypeError`. ``middleware`` is put around the endpoint, as by `Route`. A path without a
    leading slash is an `AssertionError`.

    >>> class Chat:
    ...     async def __call__(self, scope, receive, send): ...
    >>> WebSocketRoute("/chat/{room}", Chat(), name="chat").url_path_for("chat", room="asgi")
    '/chat/asgi'
    """

    scope_type: ClassVar[Literal["http", "websocket"]] = "websocket"
    adapter: Callable[[Callable[..., Any]], ASGIApp] = staticmethod(no_adapter)

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        name: str | None = None,
        middleware: Sequence[MiddlewareTriple] | None = None,
    ) -> None:
        super().__init__(path, endpoint, name)
        app = self.adapter(endpoint) if needs_adapter(endpoint) else endpoint
        self.app: ASGIApp = wrapped(app, middleware, None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebSocketRoute) and self.path == other.path and self.endpoint == other.endpoint

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.path!r}, name={self.name!r})"
