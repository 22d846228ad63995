"""Finds the route of a connection and hands the connection to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, ClassVar, Final, Literal

from asgi_types import (
    ENCODED_SLASH,
    GUARD,
    ASGIApp,
    Lifespan,
    Receive,
    Response,
    Scope,
    Send,
    answer,
    slash_redirect,
)

from ._decorators import RouteDecorators
from ._index.route_list import RouteList
from ._lifespan.lifespan import as_lifespan, no_lifespan, run_lifespan
from ._routes.base_route import BaseRoute, Match, NoMatchFound
from ._routes.host import Host
from ._routes.middleware_stack import MiddlewareTriple, wrapped
from ._routes.mount import Mount
from ._routes.path_route import PathRoute
from ._routes.refusals import method_not_allowed, not_found, options
from ._routes.route import Route
from ._routes.route_path import RAW_PATH, route_path, whole_path
from ._routes.websocket_route import WebSocketRoute
from ._url_path import URLPath

_NONE: Final = Match.NONE
_PARTIAL: Final = Match.PARTIAL


class Router(RouteDecorators):
    """An ASGI application that answers by the first of its routes that fully matches, in registration order.

    If paths match but no method does, the answer is 405 with all of them in ``Allow``. If nothing matches, but would
    with a trailing slash added or removed, the client is redirected there; ``default`` answers the rest, by 404 unless
    given. The attributes `routes`, `default`, `redirect_slashes`, `automatic_options`, `raw_path`, `report_conflicts`
    and `lifespan_context` may be changed at any time.

    - ``redirect_slashes``: whether it redirects, and by which status: True is 307, and 308 lets caches keep it.
    - ``lifespan``: a context manager of the application, entered at start-up. Those of mounted applications are entered
      after it, in order, and left before it; each runs once, however often it is mounted. A mount added after the start
      gets no lifespan.
    - ``middleware`` and ``max_body_size``: around all routes and their lifespan; see `Route`.
    - ``automatic_options``: answer OPTIONS for a path whose routes do not, with their methods as ``Allow``.
    - ``raw_path``: match the path as the client sent it, so that ``%2F`` in it is part of a parameter and no slash, for
      this router and all below it. With servers that give no ``raw_path`` it is decoded as ever.
    - ``report_conflicts``: log a warning at start-up for each route that is never reached.

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

    route_type: ClassVar[type[Route]] = Route
    websocket_route_type: ClassVar[type[WebSocketRoute]] = WebSocketRoute
    mount_type: ClassVar[type[Mount]] = Mount
    host_type: ClassVar[type[Host]] = Host

    def __init__(
        self,
        routes: Sequence[BaseRoute] | None = None,
        redirect_slashes: bool | Literal[307, 308] = True,
        default: ASGIApp | None = None,
        lifespan: Lifespan[Any] | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
        automatic_options: bool = False,
        raw_path: bool = False,
        report_conflicts: bool = False,
    ) -> None:
        if redirect_slashes not in (True, False, 307, 308):
            raise ValueError(f"redirect_slashes is {redirect_slashes!r}: give True, False, 307 or 308.")
        self._routes = RouteList(routes or ())
        self.redirect_slashes = redirect_slashes
        if default is None:
            default = not_found if type(self).not_found is _NOT_FOUND else self.not_found
        self.default: ASGIApp = default
        self.lifespan_context: Lifespan[Any] = no_lifespan if lifespan is None else as_lifespan(lifespan)
        self.automatic_options = automatic_options
        self.raw_path = raw_path
        self.report_conflicts = report_conflicts
        self.middleware_stack: ASGIApp = wrapped(self.app, middleware, max_body_size)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes in the order they are asked; a list that may be changed and replaced."""
        return self._routes

    @routes.setter
    def routes(self, routes: Sequence[BaseRoute]) -> None:
        if routes is not self._routes:  # as after "router.routes += more", which has changed the list already
            self._routes = RouteList(routes)

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
    ) -> None:
        """Append a `Route`."""
        route = self.route_type(
            path,
            endpoint,
            methods=methods,
            name=name,
            include_in_schema=include_in_schema,
            middleware=middleware,
            max_body_size=max_body_size,
        )
        self.routes.append(route)

    def add_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
    ) -> None:
        """Append a `WebSocketRoute`."""
        self.routes.append(self.websocket_route_type(path, endpoint, name=name, middleware=middleware))

    def mount(
        self,
        path: str,
        app: ASGIApp,
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
        lifespan: bool | None = None,
        fall_through: bool = False,
    ) -> None:
        """Append a `Mount`."""
        mount = self.mount_type(
            path,
            app,
            name=name,
            middleware=middleware,
            max_body_size=max_body_size,
            lifespan=lifespan,
            fall_through=fall_through,
        )
        self.routes.append(mount)

    def host(
        self,
        host: str,
        app: ASGIApp,
        name: str | None = None,
        *,
        middleware: Sequence[MiddlewareTriple] | None = None,
        max_body_size: float | None = None,
        lifespan: bool | None = None,
    ) -> None:
        """Append a `Host`."""
        self.routes.append(
            self.host_type(host, app, name, middleware=middleware, max_body_size=max_body_size, lifespan=lifespan)
        )

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the first route with this name and exactly these parameters, else `NoMatchFound`.

        Raises `AssertionError` for a value that its convertor cannot write, and `ValueError` for what makes no host.
        """
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except NoMatchFound:
                pass
        raise NoMatchFound(name, path_params)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.middleware_stack(scope, receive, send)

    # Written out in one function: each call that is saved here is a tenth of the search.
    def app(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # noqa: C901
        """Find the route and give its awaitable; a plain call, so that the search adds no step to what awaits it."""
        path = scope.get("path")
        if path is None:
            return self.lifespan(scope, receive, send)
        if "router" in scope or self.raw_path:
            path = self._path_below(scope)
            if ENCODED_SLASH in path:
                return self._try_each(path, scope, receive, send)
        else:
            scope["router"] = self
            if scope.get("root_path"):
                path = route_path(scope)
        index = self._routes.route_index or self._routes.build_index()
        takers = index.known.get(path)
        if takers is not None:
            params: dict[str, Any] = {}
        else:
            parent, _, segment = path.rpartition("/")
            below = index.below.get(parent)
            if below is None or not segment:
                return self._search(path, scope, receive, send)
            name, read, takers = below
            value = segment if read is None else read(segment)
            if value is None:
                return self._search(path, scope, receive, send)
            params = {name: value}
        partial: list[BaseRoute] | None = None
        for route in takers:
            if route is None:
                return self._search(path, scope, receive, send)
            found = route.take(scope, params)
            if found is _NONE:
                continue
            if found is not _PARTIAL:
                return found(scope, receive, send)
            partial = [*(partial or ()), route]
        if partial is not None:
            return self._partial_match(partial, params, (), scope, receive, send)
        return self._unmatched(path, scope, receive, send)

    def lifespan(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Speak the lifespan protocol for `lifespan_context` and the mounted applications."""
        from ._mounted_lifespans import is_entered, with_mounted  # requests do without

        if self.report_conflicts and not is_entered(self, scope):
            from ._listing.conflicts import report_conflicts  # most do without

            report_conflicts(self.routes)
        lifespan = with_mounted(self, self.lifespan_context, self.routes, scope)
        return run_lifespan(lifespan, scope.get("app", self), scope, receive, send)

    def lifespan_routes(self) -> Sequence[BaseRoute] | None:
        """The routes whose applications' lifespans are all there is to this router's; None if it has one of its own."""
        has_own = self.lifespan_context is not no_lifespan or type(self).lifespan is not Router.lifespan
        is_wrapped = self.middleware_stack != self.app or type(self).__call__ is not _CALL
        return None if has_own or is_wrapped or self.report_conflicts else self.routes

    def not_found(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer that no route matches: 404, or for a WebSocket a close frame."""
        return not_found(scope, receive, send)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Router) and self.routes == other.routes

    def _path_below(self, scope: Scope) -> str:
        """The path to match where this is not the first router, or one that was asked to match the raw path."""
        scope.setdefault("router", self)
        if self.raw_path:
            scope[RAW_PATH] = True
        return route_path(scope)

    def _search(self, path: str, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """What `app` does, for any path and all kinds of routes."""
        candidates, segments = self._routes.current_index().find(path)
        partial: list[BaseRoute] = []
        first_params: dict[str, Any] | None = None
        for route, read in candidates:
            params = None if read is None else read(segments)
            if params is not None:
                found = route.take(scope, params)
            else:
                found = route.enter(scope, path) if read is None else _NONE
            if found is _NONE:
                continue
            if found is not _PARTIAL:
                return found(scope, receive, send)
            if route.fall_through:
                return self._try_each(path, scope, receive, send)
            first_params = first_params if partial else params
            partial.append(route)
        if partial:
            return self._partial_match(partial, first_params, (), scope, receive, send)
        return self._unmatched(path, scope, receive, send)

    async def _try_each(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """What `app` does, where an encoded slash must be decoded, or a route that may fall through must be tried."""
        from ._fall_through import LentConnection  # most applications do without

        partial: list[BaseRoute] = []
        allowed: set[str] | None = None
        for route in self._candidates(path):
            found = BaseRoute.enter(route, scope, path)
            if found is _NONE:
                continue
            if found is not _PARTIAL:
                await found(scope, receive, send)
                return
            if route.fall_through:
                connection = LentConnection(route, scope, receive, send)
                await connection.offer()
                if not connection.refused:
                    return
                receive = connection.receive
                if connection.allowed is not None:
                    allowed = connection.allowed | (allowed or set())
            else:
                partial.append(route)
        if partial or (allowed is not None and scope["type"] == "http"):
            await self._partial_match(partial, None, allowed or (), scope, receive, send)
        else:
            await self._unmatched(path, scope, receive, send)

    def _partial_match(
        self,
        partial: Sequence[BaseRoute],
        params: dict[str, Any] | None,
        allowed: Collection[str],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> Awaitable[None]:
        """Answer where routes match but for the method.

        ``params`` are those of the first one if they are known, and ``allowed`` the methods of what fell through.
        """
        methods = set(allowed)
        for route in partial:
            methods.update(getattr(route, "methods", None) or ())
        if partial:
            first = partial[0]
            if params is None:
                scope["route"] = first
                scope.update(first.matches(scope)[1])
            else:
                first.take(scope, params, True)
            own: Collection[str] = getattr(first, "methods", None) or ()
            if type(first).handle is not PathRoute.handle or not own or scope["method"] in own:
                return first.handle(scope, receive, send)  # one that can answer, but would leave it to a better one
        if self.automatic_options:
            methods.add("OPTIONS")
            if scope["method"] == "OPTIONS":
                return options(methods, scope, receive, send)
        if GUARD in scope:  # as `refuse` would, with one call less for the exception to pass
            raise method_not_allowed(methods)
        return answer(scope, receive, send, method_not_allowed(methods))

    def _unmatched(self, path: str, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer where no route matches."""
        may_redirect = self.redirect_slashes and scope["type"] == "http" and path != "/"
        if may_redirect and (path.endswith("/") or self._routes.current_index().takes_slash):
            surplus = len(path) - len(path.rstrip("/"))
            if self._has_other_slash(path, surplus, scope):
                location = slash_redirect(whole_path(scope), surplus, scope.get("query_string", b""))
                status = 307 if self.redirect_slashes is True else self.redirect_slashes
                return Response(status_code=status, headers={"location": location})(scope, receive, send)
        return self.default(scope, receive, send)

    def _has_other_slash(self, path: str, surplus: int, scope: Scope) -> bool:
        """Whether a route matches the path without its ``surplus`` slashes, or with one if there is none."""
        whole: str = scope["path"]
        candidates = self._candidates(path[:-surplus] if surplus else f"{path}/")
        other = whole[:-surplus] if surplus else f"{whole}/"
        if not candidates or not other.startswith("/"):  # no path at all, or a whole URL, which could lead to any host
            return False
        other_scope = {**scope, "path": other}
        if RAW_PATH in scope:
            raw: bytes = scope.get("raw_path") or b""
            other_scope["raw_path"] = raw[:-surplus] if surplus else raw + b"/"
        return any(
            route.matches(other_scope)[0] is not _NONE
            for route in candidates
            # What refuses both would lead from one to the other and back.
            if not route.fall_through or (not surplus and route.matches(scope)[0] is _NONE)
        )

    def _candidates(self, path: str) -> list[BaseRoute]:
        return [route for route, _ in self._routes.current_index().find(path)[0]]


# Kept, since instrumentation may put others there.
_CALL: Final = Router.__call__
_NOT_FOUND: Final = Router.not_found
