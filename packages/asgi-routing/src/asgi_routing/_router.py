"""Finds the route of a connection and hands the connection to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, ClassVar, Final

from asgi_types import ASGIApp, Lifespan, Receive, Response, Scope, Send, get_route_path, redirect_target

from ._routes.base_route import BaseRoute, Match, NoMatchFound, method_not_allowed, not_found
from ._lifespan.lifespan import as_lifespan, no_lifespan, run_lifespan
from ._routes.path_route import PathRoute
from ._routes.route import Route
from ._index.route_list import RouteList
from ._url_path import URLPath
from ._routes.websocket_route import WebSocketRoute

_NONE: Final = Match.NONE
_PARTIAL: Final = Match.PARTIAL


class Router:
    """An ASGI application that answers by the first of its routes that fully matches, in registration order.

    If paths match but no method does, the answer is 405 with all of them in ``Allow``. If nothing matches, the path
    with its trailing slash added or removed is redirected to where that would (``redirect_slashes``), and ``default``
    answers the rest, as 404 unless given. ``lifespan`` is a context manager of the application, entered at start-up.

    `routes` may be changed at any time.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> async def user(connection):
    ...     return Response(f"user {connection.path_params['id']}")
    >>> router = Router([Route("/users/{id:int}", user)])
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> scope = {"type": "http", "method": "GET", "path": "/users/42", "headers": []}
    >>> asyncio.run(router(scope, None, send))
    200 None
    None b'user 42'
    """

    route_class: ClassVar[type[Route]] = Route
    websocket_route_class: ClassVar[type[WebSocketRoute]] = WebSocketRoute

    def __init__(
        self,
        routes: Sequence[BaseRoute] | None = None,
        redirect_slashes: bool = True,
        default: ASGIApp | None = None,
        lifespan: Lifespan[Any] | None = None,
    ) -> None:
        self._routes = RouteList(routes or ())
        self.redirect_slashes = redirect_slashes
        self.default: ASGIApp = self.not_found if default is None else default
        self.lifespan_context: Lifespan[Any] = no_lifespan if lifespan is None else as_lifespan(lifespan)
        self.middleware_stack: ASGIApp = self.app

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes in the order they are asked; a list that may be changed and replaced."""
        return self._routes

    @routes.setter
    def routes(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = RouteList(routes)

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Append a `Route`."""
        route = self.route_class(path, endpoint, methods=methods, name=name, include_in_schema=include_in_schema)
        self.routes.append(route)

    def add_websocket_route(self, path: str, endpoint: Callable[..., Any], name: str | None = None) -> None:
        """Append a `WebSocketRoute`."""
        self.routes.append(self.websocket_route_class(path, endpoint, name=name))

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route with this name and exactly these parameters, else `NoMatchFound`."""
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except NoMatchFound:
                pass
        raise NoMatchFound(name, path_params)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.middleware_stack(scope, receive, send)

    def app(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Find the route and give its awaitable; a plain call, so that the search adds no step to what awaits it."""
        if scope["type"] == "lifespan":
            return self.lifespan(scope, receive, send)
        if "router" not in scope:
            scope["router"] = self
        path = get_route_path(scope) if scope.get("root_path") else scope["path"]
        index = self._routes.route_index or self._routes.build_index()
        partial: list[BaseRoute] | None = None
        for route in index.known.get(path) or index.below.get(path[: path.rfind("/")]) or index.search(path):
            found = route.enter(scope, path)
            if found is _NONE:
                continue
            if found is not _PARTIAL:
                return found(scope, receive, send)
            partial = [*(partial or ()), route]
        if partial is not None:
            return self._partial_match(partial, scope, receive, send)
        if self.redirect_slashes and scope["type"] == "http" and path != "/":
            location = self._other_slash(path, scope)
            if location is not None:
                return Response(status_code=307, headers={"location": location})(scope, receive, send)
        return self.default(scope, receive, send)

    def lifespan(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Speak the lifespan protocol for `lifespan_context`."""
        return run_lifespan(self.lifespan_context, scope.get("app", self), scope, receive, send)

    def not_found(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer that no route matches: 404, or for a WebSocket a close frame."""
        return not_found(scope, receive, send)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Router) and self.routes == other.routes

    def _partial_match(self, partial: list[BaseRoute], scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        first = partial[0]
        scope["route"] = first
        scope.update(first.matches(scope)[1])
        methods: Collection[str] = getattr(first, "methods", None) or ()
        if type(first).handle is not PathRoute.handle or not methods or scope["method"] in methods:
            return first.handle(scope, receive, send)  # a route that can answer, but would leave it to a better one
        allowed = {method for route in partial for method in getattr(route, "methods", None) or ()}
        return method_not_allowed(allowed, scope, receive, send)

    def _other_slash(self, path: str, scope: Scope) -> str | None:
        full_path: str = scope["path"]
        other = full_path.rstrip("/") if path.endswith("/") else f"{full_path}/"
        if not other.startswith("/"):  # no path at all, or a whole URL, which could lead to any host
            return None
        other_scope = {**scope, "path": other}
        index = self._routes.route_index or self._routes.build_index()
        for route in index.search(get_route_path(other_scope)):
            if route.matches(other_scope)[0] is not Match.NONE:
                break
        else:
            return None
        return redirect_target(other, scope.get("query_string", b""))
