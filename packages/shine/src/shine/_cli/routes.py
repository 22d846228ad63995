"""``shine routes``: what routes an application has, and which of them answers a path."""

from __future__ import annotations

import argparse
import json
import reprlib
from collections.abc import Iterator, Sequence
from inspect import iscoroutinefunction
from typing import Any

from asgi_routing.listing import RouteConflict, RouteInfo, find_conflicts, list_routes

from .app_import import failing_as, load_app
from .inspection.dry_match import Verdict, dry_match, dry_scope
from .inspection.layers import route_middleware, source_of, unwrapped
from .terminal import CommandError, Terminal, UsageError


def execute(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the routes, or with a path the one that answers it."""
    if options.path is not None and not options.path.startswith("/"):
        raise UsageError(f"--path is {options.path!r}: a path begins with a slash")
    given = load_app(options.app, options.app_dir, options.factory, options.as_starlette)
    with failing_as(f"{options.app} could not be asked for its routes"):
        app, middleware = unwrapped(given)
        routes = list_routes(app, mounts=True) if _has_routes(app) else None
        conflicts = find_conflicts(app) if routes else []
    if routes is None:
        raise _no_routes(app, options)
    if options.path is not None:
        return _show_answer(options, app, terminal)
    if options.json:
        shown = {"middleware": middleware, "routes": [_as_json(route, conflicts) for route in routes]}
        terminal.write(json.dumps(shown, indent=2))
    else:
        _show_table(routes, conflicts, middleware, terminal)
    return 1 if options.check and (_is_unknown(routes, terminal) or conflicts) else 0


def _has_routes(app: Any) -> bool:
    routes = getattr(app, "routes", app)
    return isinstance(routes, Sequence) and not isinstance(routes, str)


def _no_routes(app: Any, options: argparse.Namespace) -> CommandError:
    if not callable(app):
        return CommandError(f"{options.app} is {reprlib.repr(app)}, which is no application")
    kind = type(app).__name__
    what = "a class" if isinstance(app, type) else "a function" if kind == "function" else f"an object of {kind}"
    makes = what in ("a class", "a function") and not iscoroutinefunction(app) and not options.factory
    hint = "; if it makes the application, give --factory" if makes else ""
    return CommandError(f"{options.app} has no routes to list: {what} may answer anything{hint}")


def _is_unknown(routes: Sequence[RouteInfo], terminal: Terminal) -> bool:
    """Whether some routes are Starlette's own, of which nobody knows here what they match."""
    foreign = sum(_is_starlettes(route.route) for route in routes)
    if foreign:
        terminal.complain(
            f"shine routes: Starlette's own routes are {foreign} of these: whether they are reached is only known with "
            "--as-starlette"
        )
    return bool(foreign)


def _is_starlettes(route: Any) -> bool:
    route = getattr(route, "original_route", route)  # as FastAPI has it
    return any(each.__module__ == "starlette.routing" for each in type(route).__mro__)


def _show_table(
    routes: Sequence[RouteInfo], conflicts: Sequence[RouteConflict], middleware: Sequence[str], terminal: Terminal
) -> None:
    if middleware:
        terminal.write(f"Around all routes: {', '.join(middleware)}\n")
    if not routes:
        terminal.write("There are no routes.")
    rows: list[tuple[str, ...]] = [("METHODS", "HOST", "PATH", "NAME", "ENDPOINT", "MIDDLEWARE")]
    rows += [_row(route, conflicts) for route in routes]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    for number, cells in enumerate(zip(*columns, strict=True)):
        line = "  ".join(map(str.ljust, cells, widths)).rstrip()
        is_lost = number > 0 and bool(_conflicts_of(routes[number - 1], conflicts))
        terminal.write(line, "bold" if number == 0 else "yellow" if is_lost else None)
    if conflicts:
        terminal.write()
        for conflict in conflicts:
            terminal.write(f"! {conflict}", "yellow")


def _row(route: RouteInfo, conflicts: Sequence[RouteConflict]) -> tuple[str, ...]:
    mark = "! " if _conflicts_of(route, conflicts) else ""
    return (
        mark + _methods(route),
        route.host,
        "  " * route.depth + route.path,
        route.name,
        source_of(route),
        ", ".join(route_middleware(route)),
    )


def _methods(route: RouteInfo) -> str:
    """``*`` for any method; the HEAD that comes with GET is left out."""
    if route.kind in ("websocket", "mount", "host"):
        return route.kind.upper()
    return ",".join(method for method in route.methods if method != "HEAD" or "GET" not in route.methods) or "*"


def _conflicts_of(route: RouteInfo, conflicts: Sequence[RouteConflict]) -> list[RouteConflict]:
    """Those of this route in this place, as one route may be in several."""
    place = route.host if route.kind == "host" else route.path
    return [each for each in conflicts if each.route is route.route and each.path == place]


def _as_json(route: RouteInfo, conflicts: Sequence[RouteConflict]) -> dict[str, Any]:
    return {
        "kind": route.kind,
        "depth": route.depth,
        "methods": list(route.methods),
        "host": route.host,
        "path": route.path,
        "name": route.name,
        "endpoint": source_of(route),
        "middleware": route_middleware(route),
        "conflicts": [
            {"kind": each.kind, "methods": list(each.methods), "path": each.by_path}
            for each in _conflicts_of(route, conflicts)
        ],
    }


def _show_answer(options: argparse.Namespace, app: Any, terminal: Terminal) -> int:
    with failing_as(f"a route of {options.app} could not be asked for {options.path}"):
        verdict = dry_match(app, dry_scope(options.path, options.method, options.host))
    is_answered = verdict.kind in ("route", "app", "default", "options")
    if options.json:
        terminal.write(json.dumps(_verdict_as_json(verdict), indent=2))
    else:
        for line in _told(verdict, f"{options.method.upper()} {options.path}"):
            terminal.write(line)
    return 0 if is_answered else 1


def _told(verdict: Verdict, request: str) -> Iterator[str]:
    """The verdict in sentences, and below it the way to who answers."""
    allow = ", ".join(verdict.allow)
    yield {
        "route": f"{request} is answered by this route:",
        "app": f"{request} goes to this application, which has no routes to look at:",
        "default": f"{request} matches no route; the router's default answers: {verdict.default}",
        "method not allowed": f"{request} is a 405: only the method does not fit. Allow: {allow}",
        "options": f"{request} is answered by the router with 204. Allow: {allow}",
        "redirect": f"{request} is a {verdict.status} to {verdict.location}, which matches:",
        "not found": f"{request} is a 404: no route matches{' below this mount:' if verdict.trail else '.'}",
    }[verdict.kind]
    path = ""
    for entry in verdict.trail:
        is_mount = entry.kind in ("mount", "host")
        shown = entry.host if entry.kind == "host" else (path + entry.path)
        yield "  " + "  ".join(part for part in (_methods(entry), shown, source_of(entry)) if part)
        if is_mount and entry.kind != "host":
            path += entry.path.rstrip("/")
    if verdict.params:
        values = ", ".join(f"{name}={value!r}" for name, value in verdict.params.items())
        yield f"with {values}"


def _verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.kind,
        "status": verdict.status,
        "trail": [
            {"kind": entry.kind, "path": entry.path, "name": entry.name, "endpoint": source_of(entry)}
            for entry in verdict.trail
        ],
        "params": {name: str(value) for name, value in verdict.params.items()},
        "allow": list(verdict.allow),
        "location": verdict.location,
    }
