"""Routes that no connection gets to, because an earlier route takes all of theirs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, Literal, NamedTuple, TypeGuard

from .._patterns.path_pattern import is_compiled, literals_and_names
from .._routes.base_route import BaseRoute
from .._routes.host import Host
from .._routes.mount import Mount
from .._routes.path_route import PathRoute
from .fastapi_routes import in_its_place, included_routes, only_notes_the_route
from .listing import is_sequence, routes_of, without_head
from .pattern_cover import PatternCover, Place, Segment, convertor_key, segments

_ANY: Final = frozenset("*")  # stands for the methods of who takes them all


class RouteConflict(NamedTuple):
    """A route that is never reached, or not by some of its methods, as `find_conflicts` finds it.

    ``methods`` are those that ``by``, the earlier route, answers in place of ``route``; it is empty for a WebSocket, a
    mount, a host, and a route for all methods. ``path`` and ``by_path`` are the whole patterns, from the outermost
    mount on; those of a host are its host patterns. ``kind`` is "duplicate" for patterns that are the same but for the
    names of parameters, and else "shadowed". As text it is a sentence.

    >>> from asgi_routing import Route
    >>> async def user(connection): ...
    >>> conflict, = find_conflicts([Route("/users/{id}", user), Route("/users/me", user)])
    >>> print(conflict)
    GET /users/me is never reached: /users/{id} comes first
    """

    route: BaseRoute
    path: str
    methods: tuple[str, ...]
    by: BaseRoute
    by_path: str
    kind: Literal["duplicate", "shadowed"]

    def __str__(self) -> str:
        methods = (
            "WEBSOCKET"
            if getattr(self.route, "scope_type", "") == "websocket"
            else ",".join(without_head(self.methods))
        )
        return f"{methods} {self.path} is never reached: {self.by_path} comes first".lstrip()


def find_conflicts(routes: Any) -> list[RouteConflict]:
    """The routes that are never reached because one that is tried before them takes all that they match.

    ``routes`` is a list of routes, or an application that has one in ``routes``; else it is a `TypeError`. Routes below
    mounts and hosts are looked at, too. HEAD alone is no conflict where the route has GET.

    What is found is certain, but for paths that no route is made for: those with a line break, and with a whole number
    too large for a float. It may not be all. Routes that decide by a method of their own, such as a `BaseRoute` of
    yours, are left out, and so are those of Starlette; FastAPI's are looked at where these packages are in Starlette's
    place. A mount that may fall through hides nothing. Not noticed are routes that only together take
    all of another's paths, ``/data.json`` after ``/{name}.json``, and a parameter whose convertor is yours after any
    other than an equal one or a path.

    >>> from asgi_routing import Route
    >>> async def user(connection): ...
    >>> by_id, by_name = Route("/users/{id:int}", user), Route("/users/{name}", user)
    >>> find_conflicts([by_id, by_name])
    []
    >>> [conflict.path for conflict in find_conflicts([by_name, by_id])]
    ['/users/{id:int}']
    """
    top = routes_of(routes)
    return list(_conflicts(top, "", (), frozenset([id(top)])))


def report_conflicts(routes: Any) -> None:
    """Log what `find_conflicts` finds as warnings of the logger ``asgi_routing``."""
    import logging

    logger = logging.getLogger("asgi_routing")
    for conflict in find_conflicts(routes):
        logger.warning("%s", conflict)


class _Earlier(NamedTuple):
    """A route that is tried before others of its router: as the application has it, and as its pattern is."""

    route: BaseRoute
    pattern: PathRoute | Mount
    path: str


class _Level(NamedTuple):
    """What was seen of the routes of one router, and how far the routes in question have come among them."""

    cover: PatternCover[_Earlier]
    hosts: dict[Hashable, Host]
    place: Place[_Earlier]

    def add(self, route: BaseRoute, pattern: PathRoute | Mount | Host, path: str) -> None:
        if isinstance(pattern, Host):
            self.hosts[_host_key(pattern)] = pattern
        else:
            cover = segments(pattern.path_format, pattern.param_convertors)
            self.cover.add(cover, _Earlier(route, pattern, path))

    def below(self, prefix: Sequence[Segment]) -> _Level:
        return self._replace(place=self.place.after(prefix))


def _conflicts(
    routes: Sequence[BaseRoute], prefix: str, above: Sequence[_Level], around: frozenset[int]
) -> Iterator[RouteConflict]:
    cover: PatternCover[_Earlier] = PatternCover()
    own = _Level(cover, {}, cover.start)
    levels = [*above, own]
    for route, pattern in _patterns(routes):
        path = pattern.host if isinstance(pattern, Host) else prefix + pattern.path or "/"
        if isinstance(pattern, Host):
            found = [*_host_conflicts(pattern, levels)]
        else:
            found = [*_path_conflicts(route, pattern, path, levels)]
        yield from found
        lost = {method for conflict in found for method in conflict.methods}
        if found and lost.issuperset(getattr(pattern, "methods", None) or ()):
            continue  # what it would hide, who hides it does
        if isinstance(pattern, Host | Mount):
            yield from _conflicts_below(pattern, prefix, levels, around)
        if not pattern.fall_through:
            own.add(route, pattern, path)


def _patterns(routes: Sequence[BaseRoute]) -> Iterator[tuple[BaseRoute, PathRoute | Mount | Host]]:
    """The routes that decide by a pattern, each as the application has it, and in its place."""
    for route in routes:
        included = included_routes(route)
        for each in [route] if included is None else included:
            placed = in_its_place(each)
            if _decides_by_pattern(placed):
                yield each, placed


def _conflicts_below(
    route: Host | Mount, prefix: str, levels: Sequence[_Level], around: frozenset[int]
) -> Iterator[RouteConflict]:
    routes = route.routes
    ids = {id(route), id(routes)}  # an application may make its list anew each time
    if not is_sequence(routes) or around & ids:
        return
    if isinstance(route, Mount):
        prefix += route.path
        *above, _ = segments(route.path_format, route.param_convertors)  # the last is what the mount hands on
        levels = [level for level in (each.below(above) for each in levels) if level.hosts or any(level.place)]
    yield from _conflicts(routes, prefix, levels, around | ids)


def _host_conflicts(host: Host, levels: Sequence[_Level]) -> Iterator[RouteConflict]:
    key = _host_key(host)
    by = next((level.hosts[key] for level in levels if key in level.hosts), None)
    if by is not None:
        yield RouteConflict(host, host.host, (), by, by.host, "duplicate")


def _path_conflicts(
    route: BaseRoute, pattern: PathRoute | Mount, path: str, levels: Sequence[_Level]
) -> Iterator[RouteConflict]:
    parts = segments(pattern.path_format, pattern.param_convertors)
    methods = getattr(pattern, "methods", None) or _ANY
    left = methods
    for level in levels:
        for by, is_equal in level.place.after(parts).covering():
            taken = _taken(by.pattern, pattern, left)
            left = left - taken
            if taken and not (taken == {"HEAD"} and "GET" in methods):
                same = is_equal and isinstance(pattern, Mount) == isinstance(by.pattern, Mount)
                kind: Literal["duplicate", "shadowed"] = "duplicate" if same else "shadowed"
                yield RouteConflict(route, path, tuple(sorted(taken - _ANY)), by.route, by.path, kind)


def _taken(by: PathRoute | Mount, route: PathRoute | Mount, methods: AbstractSet[str]) -> AbstractSet[str]:
    """Which of these methods of ``route`` the other answers, where its pattern covers the path."""
    if isinstance(by, Mount):
        return methods
    if not isinstance(route, PathRoute) or by.scope_type != route.scope_type:
        return set()
    taken: AbstractSet[str] | None = getattr(by, "methods", None)
    return methods & taken if taken else methods


def _host_key(host: Host) -> Hashable:
    """What is equal for patterns of the same hosts: upper and lower case, and the port, do not count."""
    literals, names = literals_and_names(host.host_format)
    return *(text.lower() for text in literals), *(convertor_key(host.param_convertors[name]) for name in names)


def _decides_by_pattern(route: BaseRoute) -> TypeGuard[PathRoute | Mount | Host]:
    """Whether what a route matches is known: by our own ways, and an expression that its pattern stands for."""
    if isinstance(route, Host):
        compiled = is_compiled(route.host_regex, route.host_format, route.param_convertors)
    elif isinstance(route, PathRoute | Mount):
        compiled = is_compiled(route.path_regex, route.path_format, route.param_convertors)
    else:
        return False
    ours = next(kind for kind in (PathRoute, Mount, Host) if isinstance(route, kind))
    kind = type(route)
    is_ours = kind.matches is ours.matches or only_notes_the_route(kind.matches)
    return compiled and is_ours and kind.enter in (ours.enter, BaseRoute.enter)
