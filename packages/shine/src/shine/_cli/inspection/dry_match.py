"""Which route answers a request, found as a router does it and without a call of what answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, unquote

from asgi_routing.listing import RouteInfo, list_routes
from asgi_types import get_route_path

from .layers import name_of

_RAW_PATH = "asgi_routing.raw_path"  # as docs/scope.md has it


@dataclass(frozen=True)
class Verdict:
    """Who answers: ``trail`` is the way there, each mount and host, and the route or the application at its end.

    ``kind`` is "route" for a route, "app" for a mounted application that has no routes to look at, "default" for what a
    router was given for paths that it does not know, and else the answer of the router itself. ``trail`` then leads to
    that router. ``params`` are the path parameters, ``allow`` the methods of a 405, and ``location`` the path that a
    redirect leads to.
    """

    kind: Literal["route", "app", "default", "method not allowed", "options", "redirect", "not found"]
    status: int | None
    trail: tuple[RouteInfo, ...] = ()
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    allow: tuple[str, ...] = ()
    location: str = ""
    default: str = ""


def dry_scope(path: str, method: str, host: str) -> dict[str, Any]:
    """The scope of a request for a path as it stands in a URL; the method WEBSOCKET makes it one for a WebSocket."""
    raw, _, query = path.partition("?")
    websocket = method.upper() == "WEBSOCKET"
    scope: dict[str, Any] = {
        "type": "websocket" if websocket else "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws" if websocket else "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", host.encode())],
        "client": None,
        "server": None,
    }
    return scope if websocket else {**scope, "method": method.upper()}


def dry_match(app: Any, scope: dict[str, Any], trail: tuple[RouteInfo, ...] = ()) -> Verdict:
    """Who of ``app``, which has routes, answers this scope."""
    router = getattr(app, "router", app)
    if getattr(router, "raw_path", False):
        scope[_RAW_PATH] = True
    entries = [entry for entry in list_routes(app, mounts=True) if not entry.depth]
    partial: list[RouteInfo] = []
    allowed: set[str] = set()
    for entry in entries:
        match, child_scope = entry.route.matches(scope)
        if match.name == "PARTIAL":
            partial.append(entry)
            allowed.update(entry.methods)
        elif match.name == "FULL":
            verdict = _taken(entry, {**scope, **child_scope}, (*trail, entry))
            if verdict.status not in (404, 405) or not getattr(entry.route, "fall_through", False):
                return verdict
            allowed.update(verdict.allow)
    if partial or allowed:
        return _not_allowed(router, scope.get("method"), allowed, trail, partial)
    return _redirect(router, entries, scope, trail) or _not_found(router, trail)


def _taken(entry: RouteInfo, scope: dict[str, Any], trail: tuple[RouteInfo, ...]) -> Verdict:
    if entry.kind in ("mount", "host"):
        if isinstance(getattr(entry.endpoint, "routes", None), Sequence):
            return dry_match(entry.endpoint, scope, trail)
        return Verdict("app", None, trail, scope.get("path_params", {}))
    return Verdict("route", None, trail, scope.get("path_params", {}))


def _not_allowed(
    router: Any, method: str | None, allowed: set[str], trail: tuple[RouteInfo, ...], partial: Collection[RouteInfo]
) -> Verdict:
    if getattr(router, "automatic_options", False):
        allowed = allowed | {"OPTIONS"}
        if method == "OPTIONS":
            return Verdict("options", 204, trail, allow=tuple(sorted(allowed)))
    return Verdict("method not allowed", 405, (*trail, *partial), allow=tuple(sorted(allowed)))


def _redirect(
    router: Any, entries: Collection[RouteInfo], scope: dict[str, Any], trail: tuple[RouteInfo, ...]
) -> Verdict | None:
    """The redirect to the same path with a slash at its end, or without, if there is a route for that."""
    redirect: bool | int = getattr(router, "redirect_slashes", False)
    if not redirect or scope["type"] != "http" or get_route_path(scope) == "/":
        return None
    path: str = scope["path"]
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if not other.startswith("/"):
        return None
    other_scope = {**scope, "path": other, "raw_path": quote(other).encode()}
    for entry in entries:
        # A mount that falls through and refuses both would lead from one to the other and back.
        is_loop = getattr(entry.route, "fall_through", False) and (path.endswith("/") or _matches(entry, scope))
        if not is_loop and _matches(entry, other_scope):
            status = 307 if redirect is True else redirect
            return Verdict("redirect", status, (*trail, entry), location=other)
    return None


def _matches(entry: RouteInfo, scope: dict[str, Any]) -> bool:
    match, _ = entry.route.matches(scope)
    return bool(match.name != "NONE")


def _not_found(router: Any, trail: tuple[RouteInfo, ...]) -> Verdict:
    default = getattr(router, "default", None)
    module = getattr(default, "__module__", "") or ""
    if default is None or module.partition(".")[0] in ("asgi_routing", "shine", "starlette", "fastapi"):
        return Verdict("not found", 404, trail)
    return Verdict("default", None, trail, default=name_of(default))
