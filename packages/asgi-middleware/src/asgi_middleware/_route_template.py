"""The pattern of the path that a router chose, for whoever names or counts connections by it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final

from asgi_types import Scope

_REST: Final = "/{path}"  # how the pattern of a mount ends, for what is below it
_BELOW: Final = "/{*}"  # how it ends in here, where a route may have a parameter of that name
_MOST_KNOWN: Final = 4096
_DEEPEST: Final = 32  # layers of middleware around the application of a mount

_Known = tuple[weakref.ref[Any], weakref.ref[Any], tuple[str, ...]]
_known: dict[tuple[int, int], _Known] = {}


def route_template(scope: Scope) -> str | None:
    """The path pattern of the route that answers, such as ``/users/{id}``, with those of the mounts it is below.

    Convertors are left out. What a mount hands to an application without routes, static files for instance, or to one
    that has none for it, has the mount's prefix: ``/static``. It is None where no route was chosen (yet), and where a
    `Host` was that leads to an application without routes. Read it when all is answered, or in ``send``.

    It is made of patterns alone, so there are never more of them than routes, whatever clients ask for. A mount whose
    routes are hidden in a function is left out, and so is the ``root_path`` of the server. Routes are those of
    asgi-routing, Starlette and FastAPI, read from ``scope["route"]`` and ``scope["router"]``; for other frameworks,
    put any object with a ``path`` into ``scope["route"]``.

    >>> class Route:
    ...     path = "/users/{id}"
    >>> route_template({"type": "http", "path": "/users/42", "route": Route()}), route_template({"type": "http"})
    ('/users/{id}', None)
    """
    found = _find(scope)
    if found is None or not found.endswith(_BELOW):
        return found
    return found.removesuffix(_BELOW) or "/"


def _find(scope: Scope) -> str | None:
    route = scope.get("route")
    own = None if route is None else _own_path(scope, route)
    if own is not None and "app_root_path" not in scope:  # which mounts write
        return own
    wanted = route if own is not None else scope.get("endpoint")  # FastAPI names no routes but its own
    if wanted is None:
        return None
    templates = _templates(scope.get("router"), wanted)
    if len(templates) > 1:  # an application that is mounted more than once
        below: str = scope["path"].removeprefix(scope.get("app_root_path", scope.get("root_path", "")))
        templates = tuple(template for template in templates if _fits(template, below))
    return templates[0] if templates else own


def _own_path(scope: Scope, route: Any) -> str | None:
    fastapi: Any = scope.get("fastapi")
    included = fastapi.get("effective_route_context") if hasattr(fastapi, "get") else None
    if included is not None and (route is included.original_route or route is included.starlette_route):
        return _path(included.starlette_route or included)  # with the prefix of `include_router`
    return _path(route)


def _path(route: Any) -> str | None:
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if isinstance(path, str) and path.endswith(_REST) and hasattr(route, "routes"):
        return path.removesuffix(_REST) + _BELOW
    return path if isinstance(path, str) else None


def _templates(router: Any, wanted: Any) -> tuple[str, ...]:
    """The patterns of all ways from a router to a route, or to an endpoint."""
    key = (id(router), id(wanted))
    known = _known.get(key)
    if known is not None and known[0]() is router and known[1]() is wanted:
        return known[2]
    found = tuple(dict.fromkeys(_search(getattr(router, "routes", ()), wanted, "", ())))
    try:
        refs = weakref.ref(router), weakref.ref(wanted)
    except TypeError:  # an object with slots
        return found
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[key] = (*refs, found)
    return found


def _search(routes: Iterable[Any], wanted: Any, prefix: str, above: tuple[int, ...]) -> Iterator[str]:
    for route, names in _spread(routes):
        path = _path(route)
        if path is not None and any(name is wanted for name in names):
            yield prefix + path
        if hasattr(route, "routes") and id(route) not in above:
            below = prefix + (path or "").removesuffix(_BELOW)  # a host has no path
            yield from _search(_routes_below(route), wanted, below, (*above, id(route)))


def _spread(routes: Iterable[Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each route, and what stands for it in a scope; those of an included router of FastAPI with their whole paths."""
    for route in routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for context in () if contexts is None else contexts():
            whole = context.starlette_route or context
            yield whole, (context.original_route, *_names(whole))
        if contexts is None:
            yield route, _names(route)


def _names(route: Any) -> tuple[Any, ...]:
    endpoint = getattr(route, "app", None) if hasattr(route, "routes") else getattr(route, "endpoint", None)
    return route, endpoint


def _routes_below(mount: Any) -> Iterable[Any]:
    """The routes of a mount's application, which may be within middleware that has it as ``app``."""
    app = mount
    for _ in range(_DEEPEST):
        routes: Iterable[Any] | None = getattr(app, "routes", None)
        if routes:
            return routes
        app = getattr(app, "app", None)
    return ()


def _fits(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    if "{" in wanted[-1]:  # it may stand for several segments
        given[len(wanted) :] = []
    return len(wanted) == len(given) and all(
        "{" in one or one == other for one, other in zip(wanted, given, strict=True)
    )
