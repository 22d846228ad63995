"""The middleware around an application and around its routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from asgi_routing.listing import RouteInfo

_MOST_LAYERS: Final = 100


def unwrapped(app: Any) -> tuple[Any, list[str]]:
    """The application with routes that is inside of ``app``, and the middleware that is around it, outermost first."""
    names: list[str] = []
    for layer in _chain(app):
        if hasattr(layer, "routes"):
            return layer, names + own_middleware(layer)
        names.append(name_of(layer))
    return app, []


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
    """Where the endpoint is from, ``module:name``, with the folders that static files are in.

    An object of a class that is private to its package has the class's name alone, as nobody imports it from there.
    """
    endpoint = entry.endpoint
    while hasattr(endpoint, "func") and not hasattr(endpoint, "__qualname__"):  # functools.partial
        endpoint = endpoint.func
    if endpoint is None:
        return ""
    named: Any = endpoint if hasattr(endpoint, "__qualname__") else endpoint.__class__
    is_private = named is not endpoint and "._" in named.__module__
    source = named.__qualname__ if is_private else f"{named.__module__}:{named.__qualname__}"
    folders = getattr(endpoint, "all_directories", None)
    return f"{source} of {', '.join(map(_from_here, folders))}" if folders else source


def _from_here(folder: Any) -> str:
    """A folder as it is called in the current one, if it is below that."""
    path = Path(folder)
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _layers(app: Any, innermost: Any) -> list[str]:
    """What is around an application: by convention the next layer is the attribute ``app``."""
    names: list[str] = []
    for layer in _chain(app):
        if layer is innermost or not hasattr(layer, "app"):
            break
        names.append(name_of(layer))
    return names


def _chain(app: Any) -> Iterator[Any]:
    """An application, the one inside of it, and so on, each once: it may be inside of itself, or know any attribute."""
    seen: set[int] = set()
    while id(app) not in seen and len(seen) < _MOST_LAYERS:
        seen.add(id(app))
        yield app
        if not hasattr(app, "app"):
            return
        app = app.app
