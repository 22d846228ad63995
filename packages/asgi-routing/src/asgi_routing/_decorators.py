"""Routes by decorators, for a class that can add routes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ._routes.middleware_stack import MiddlewareTriple

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])

if TYPE_CHECKING:  # for annotations only; making them takes a tenth of the import
    from typing import TypedDict, Unpack

    class WebSocketRouteOptions(TypedDict, total=False):
        """The parameters of `WebSocketRoute` besides path and endpoint."""

        name: str | None
        middleware: Sequence[MiddlewareTriple] | None

    class RouteOptions(WebSocketRouteOptions, total=False):
        """The parameters of `Route` besides path, endpoint and methods."""

        include_in_schema: bool
        max_body_size: float | None


class RouteDecorators:
    """Decorators that append a route to a router or application, in the order in which they are run.

    Each returns what it decorates as it was. ``more`` are the further parameters of `Route` and `WebSocketRoute`, such
    as ``name`` and ``middleware``. A class of your own needs `add_route` and `add_websocket_route`.

    >>> from asgi_routing import Router
    >>> router = Router()
    >>> @router.get("/users/{id:int}", name="user")
    ... async def show_user(connection): ...
    >>> @router.route("/users/{id:int}", methods=["PUT", "PATCH"])
    ... async def change_user(connection): ...
    >>> router.routes
    [Route(path='/users/{id:int}', name='user', methods=['GET', 'HEAD']), \
Route(path='/users/{id:int}', name='change_user', methods=['PATCH', 'PUT'])]
    """

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        /,
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
    ) -> None:
        """Append a route."""
        raise NotImplementedError

    def add_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        /,
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
    ) -> None:
        """Append a WebSocket route."""
        raise NotImplementedError

    def route(
        self, path: str, methods: Collection[str] | None = None, **more: Unpack[RouteOptions]
    ) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for these methods; left out, GET for a function and all for an application."""

        def decorate(endpoint: _Endpoint) -> _Endpoint:
            self.add_route(path, endpoint, methods=methods, **more)
            return endpoint

        return decorate

    def get(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for GET, and so for HEAD."""
        return self.route(path, ["GET"], **more)

    def head(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for HEAD alone."""
        return self.route(path, ["HEAD"], **more)

    def post(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for POST."""
        return self.route(path, ["POST"], **more)

    def put(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for PUT."""
        return self.route(path, ["PUT"], **more)

    def patch(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for PATCH (RFC 5789)."""
        return self.route(path, ["PATCH"], **more)

    def delete(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for DELETE."""
        return self.route(path, ["DELETE"], **more)

    def options(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for OPTIONS."""
        return self.route(path, ["OPTIONS"], **more)

    def query(self, path: str, **more: Unpack[RouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for QUERY, the safe method with a body."""
        return self.route(path, ["QUERY"], **more)

    def websocket(self, path: str, **more: Unpack[WebSocketRouteOptions]) -> Callable[[_Endpoint], _Endpoint]:
        """Add the endpoint for WebSockets."""

        def decorate(endpoint: _Endpoint) -> _Endpoint:
            self.add_websocket_route(path, endpoint, **more)
            return endpoint

        return decorate

    def websocket_route(self, path: str, name: str | None = None) -> Callable[[_Endpoint], _Endpoint]:
        """`websocket` by the name it had in Starlette before 1.0."""
        return self.websocket(path, name=name)
