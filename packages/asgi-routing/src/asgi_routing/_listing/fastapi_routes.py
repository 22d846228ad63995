"""Routes of FastAPI that is on these packages, whose paths are patterns of ours."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any, Final

from .._routes.route import Route

_NOTE_THE_ROUTE: Final = ("APIRoute.matches", "APIWebSocketRoute.matches")
_OF_THE_PATTERN: Final = ("path", "path_regex", "path_format", "param_convertors", "methods")


def included_routes(route: Any) -> list[Any] | None:
    """What FastAPI makes of the routes of an included router; None for any other route.

    Each is a route, or the context of one, which has its path below the prefix.
    """
    contexts: Any = getattr(route, "effective_route_contexts", None)
    if contexts is None:
        return None
    made: Iterable[Any] = contexts()
    return [getattr(context, "starlette_route", None) or context for context in made]


def in_its_place(route: Any) -> Any:
    """The context of an included route as a route that has its path; any other route as it is."""
    original = getattr(route, "original_route", None)
    if not isinstance(original, Route):  # all others have one of these packages in their place already
        return route
    placed = copy(original)
    for name in _OF_THE_PATTERN:
        setattr(placed, name, getattr(route, name))
    return placed


def only_notes_the_route(matches: Any) -> bool:
    """Whether a method `matches` is FastAPI's, which asks the one that it overrides, and adds the route."""
    return matches.__module__ == "fastapi.routing" and matches.__qualname__ in _NOTE_THE_ROUTE
