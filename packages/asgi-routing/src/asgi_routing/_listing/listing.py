"""The routes of an application, those below its mounts included: as a list, and as a table to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, TypeGuard

from .fastapi_routes import included_routes


class RouteInfo(NamedTuple):
    """One route, as `list_routes` finds it.

    ``kind`` is "http", "websocket", "mount" or "host", or "route" for a route that is none of them. ``methods`` is
    sorted, and empty where any method will do. ``path`` is the whole pattern, from the outermost mount on. ``host`` is
    the pattern of the `Host` around the route, or "". ``name`` is what `url_path_for` takes, or "" if there is none.
    ``endpoint`` is the endpoint as the route was given it; of a mount, its application. ``depth`` is how many mounts
    and hosts that are entries themselves are around the route.

    >>> RouteInfo("http", ("GET",), "/users/{id}", "", "user", len, None).path
    '/users/{id}'
    """

    kind: Literal["http", "websocket", "mount", "host", "route"]
    methods: tuple[str, ...]
    path: str
    host: str
    name: str
    endpoint: Any
    route: Any
    depth: int = 0


def list_routes(app: Any, *, mounts: bool = False) -> list[RouteInfo]:
    """The routes of ``app`` in the order in which they are tried.

    ``app`` is a list of routes or has one in ``routes``: a `Router`, or an application of shine, Starlette or FastAPI.
    The routes below a mount or host stand in its place; with ``mounts`` it is an entry itself, before them. So it is in
    any case where its application has no routes, or is already around it. Anything else is a `TypeError`.

    >>> from asgi_routing import Route
    >>> async def user(connection): ...
    >>> [(route.methods, route.path, route.name) for route in list_routes([Route("/users/{id:int}", user)])]
    [(('GET', 'HEAD'), '/users/{id:int}', 'user')]
    """
    routes = routes_of(app)
    return list(_entries(routes, _Place(), frozenset([id(routes)]), mounts))


def route_table(app: Any) -> str:
    """What `list_routes` finds as an aligned table of plain text, without a line break at its end.

    ``*`` stands for any method, and HEAD is left out beside GET. There is a column for hosts if a route has one.

    >>> from asgi_routing import Route
    >>> async def user(connection): ...
    >>> user.__module__ = "docs"
    >>> print(route_table([Route("/users/{id:int}", user)]))
    METHODS  PATH             NAME  ENDPOINT
    GET      /users/{id:int}  user  docs:user
    """
    routes = list_routes(app)
    rows = [["METHODS", "HOST", "PATH", "NAME", "ENDPOINT"]]
    rows += [[_methods(route), route.host, route.path, route.name, _source(route.endpoint)] for route in routes]
    if not any(route.host for route in routes):
        rows = [[methods, *others] for methods, _, *others in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def routes_of(app: Any) -> Sequence[Any]:
    """The routes of an application, or those that are given themselves; `TypeError` if there are none."""
    routes = getattr(app, "routes", app)
    if not is_sequence(routes):
        raise TypeError(f"{type(app).__name__} has no routes: give a list of routes, or an application with `routes`")
    return routes


def is_sequence(routes: Any) -> TypeGuard[Sequence[Any]]:
    """Whether what an application calls its routes is a list of them, and not, say, a method."""
    return isinstance(routes, Sequence) and not isinstance(routes, str)


class _Place(NamedTuple):
    """Where routes are: what is put before their paths and names, and the host around them."""

    path: str = ""
    host: str = ""
    name: str = ""
    depth: int = 0

    def below(self, route: Any, depth: int) -> _Place:
        name = getattr(route, "name", None)
        return _Place(
            self.path + getattr(route, "path", ""),
            getattr(route, "host", self.host),
            self.name if name is None else f"{self.name}{name}:",
            depth,
        )


def _entries(routes: Sequence[Any], place: _Place, around: frozenset[int], mounts: bool) -> Iterator[RouteInfo]:
    for route in routes:
        below = _routes_below(route)
        # An application may make its list anew each time, so the route is remembered as well.
        ids = {id(route), id(below)}
        has_below = bool(below) and not around & ids
        # A router that FastAPI has included is neither mount nor host.
        is_entry = not has_below or (mounts and _kind(route) in ("mount", "host"))
        if is_entry:
            yield _entry(route, place)
        if has_below:
            yield from _entries(below, place.below(route, place.depth + is_entry), around | ids, mounts)


def _routes_below(route: Any) -> Sequence[Any]:
    included = included_routes(route)
    if included is not None:
        return included
    routes = getattr(route, "routes", ())
    return routes if is_sequence(routes) else ()


def _entry(route: Any, place: _Place) -> RouteInfo:
    kind = _kind(route)
    name = getattr(route, "name", None)
    app = getattr(route, "app", None)
    # Starlette's mount has the application that it was given under a private name, and ours under a public one.
    app = getattr(route, "base_app", getattr(route, "_base_app", app))
    return RouteInfo(
        kind=kind,
        methods=tuple(sorted(getattr(route, "methods", None) or ())),
        path=place.path + getattr(route, "path", "") or ("" if kind == "route" else "/"),
        host=getattr(route, "host", place.host),
        name=f"{place.name}{name}" if name else "",
        endpoint=getattr(route, "endpoint", app),
        route=route,
        depth=place.depth,
    )


def _kind(route: Any) -> Literal["http", "websocket", "mount", "host", "route"]:
    if any(each.__name__ == "WebSocketRoute" for each in type(route).__mro__):
        return "websocket"
    if hasattr(route, "host"):
        return "host"
    if hasattr(route, "routes"):
        return "mount"
    return "http" if hasattr(route, "methods") else "route"


def _methods(route: RouteInfo) -> str:
    if route.kind in ("websocket", "mount", "host"):
        return route.kind.upper()
    return ",".join(without_head(route.methods)) or "*"


def without_head(methods: Sequence[str]) -> list[str]:
    """The methods without the HEAD that a GET brings."""
    return [method for method in methods if method != "HEAD" or "GET" not in methods]


def _source(endpoint: Any) -> str:
    if isinstance(endpoint, partial):
        return _source(endpoint.func)
    named = endpoint if hasattr(endpoint, "__qualname__") else endpoint.__class__
    return "" if endpoint is None else f"{named.__module__}:{named.__qualname__}"
