"""The middleware around an application and around its routes."""

from __future__ import annotations

from typing import Any

from asgi_routing.listing import RouteInfo


def unwrapped(app: Any) -> tuple[Any, list[str]]:
    """The application with routes that is inside of ``app``, and the middleware that is around it, outermost first."""
    names: list[str] = []
    inner = app
    while inner is not None and not hasattr(inner, "routes"):
        names.append(name_of(inner))
        inner = getattr(inner, "app", None)
    return (app, []) if inner is None else (inner, names + own_middleware(inner))


def own_middleware(app: Any) -> list[str]:
    """The middleware that an application of shine, Starlette or FastAPI, or a router, was given."""
    names = [name_of(next(iter(each))) for each in getattr(app, "user_middleware", ())]
    stack = getattr(getattr(app, "router", app), "middleware_stack", None)
    return names + _layers(stack, None)


def route_middleware(entry: RouteInfo) -> list[str]:
    """The middleware of a route, a mount or a host, and then that of the application there."""
    names = _layers(getattr(entry.route, "app", None), entry.endpoint)
    return names + own_middleware(entry.endpoint) if entry.kind in ("mount", "host") else names


def name_of(thing: Any) -> str:
    """The name of a class or function, or of the class of anything else."""
    named: Any = thing if hasattr(thing, "__qualname__") else thing.__class__
    return str(named.__qualname__)


def source_of(entry: RouteInfo) -> str:
    """Where the endpoint is from, ``module:name``, with the folders that static files are in."""
    endpoint = entry.endpoint
    while hasattr(endpoint, "func") and not hasattr(endpoint, "__qualname__"):  # functools.partial
        endpoint = endpoint.func
    if endpoint is None:
        return ""
    named: Any = endpoint if hasattr(endpoint, "__qualname__") else endpoint.__class__
    source = f"{named.__module__}:{named.__qualname__}"
    folders = getattr(endpoint, "all_directories", None)
    return f"{source} of {', '.join(map(str, folders))}" if folders else source


def _layers(app: Any, innermost: Any) -> list[str]:
    """What is around an application: by convention the next layer is the attribute ``app``."""
    names: list[str] = []
    while app is not innermost and hasattr(app, "app"):
        names.append(name_of(app))
        app = app.app
    return names
