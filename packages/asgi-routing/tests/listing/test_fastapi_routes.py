from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from asgi_routing import BaseRoute, Match, Route, WebSocketRoute
from asgi_routing.listing import find_conflicts, list_routes


async def endpoint(connection: Any) -> None: ...


async def app(scope: Any, receive: Any, send: Any) -> None: ...


def noting(base: type[Any], name: str, module: str = "fastapi.routing") -> type[Any]:
    """A class whose `matches` is told from others as FastAPI's is; the real one is in the tests of shine."""

    def matches(self: Any, scope: Any) -> tuple[Match, Any]:
        match, child_scope = base.matches(self, scope)
        return match, {**child_scope, "route": self}

    matches.__module__, matches.__qualname__ = module, f"{name}.matches"
    return type(name, (base,), {"matches": matches})


APIRoute = noting(Route, "APIRoute")
APIWebSocketRoute = noting(WebSocketRoute, "APIWebSocketRoute")


class Context(SimpleNamespace):
    """The context of an included route: what it is below a prefix."""


class Included(BaseRoute):
    """A router that FastAPI has included."""

    def __init__(self, *contexts: Any) -> None:
        self.contexts = contexts

    def effective_route_contexts(self) -> Any:
        return iter(self.contexts)


def included(prefix: str, path: str, *methods: str) -> Context:
    original, placed = APIRoute(path, endpoint, methods=[*methods]), Route(prefix + path, endpoint)
    return Context(
        original_route=original,
        path=placed.path,
        path_regex=placed.path_regex,
        path_format=placed.path_format,
        param_convertors=placed.param_convertors,
        methods={*methods},
        endpoint=endpoint,
        name="endpoint",
    )


def found(*routes: Any) -> list[str]:
    return [*map(str, find_conflicts(routes))]


def test_routes_that_only_note_themselves_decide_by_their_pattern() -> None:
    assert found(APIRoute("/{id}", endpoint), APIRoute("/me", endpoint)) == [
        "GET /me is never reached: /{id} comes first"
    ]
    assert found(APIWebSocketRoute("/{id}", app), APIWebSocketRoute("/me", app)) == [
        "WEBSOCKET /me is never reached: /{id} comes first"
    ]
    assert found(APIRoute("/me", endpoint), APIRoute("/{id}", endpoint)) == []


@pytest.mark.parametrize(("name", "module"), [("APIRoute", "shop.routing"), ("OtherRoute", "fastapi.routing")])
def test_others_that_match_by_themselves_do_not(name: str, module: str) -> None:
    kind = noting(Route, name, module)
    assert found(kind("/{id}", endpoint), kind("/me", endpoint)) == []


def test_included_routes_are_looked_at_where_they_are_included() -> None:
    router = Included(
        included("/users", "/{id}", "GET"), included("/users", "/me", "GET"), included("/users", "/me", "HEAD")
    )
    late = Route("/users/late", endpoint)
    conflicts = find_conflicts([router, late, Route("/me", endpoint)])
    assert [*map(str, conflicts)] == [
        "GET /users/me is never reached: /users/{id} comes first",
        "GET /users/late is never reached: /users/{id} comes first",
    ]
    assert [conflict.route for conflict in conflicts] == [router.contexts[1], late]
    assert [conflict.by for conflict in conflicts] == [router.contexts[0]] * 2


def test_the_routes_that_are_found_are_those_that_are_listed() -> None:
    router = Included(included("/a", "/{id}", "GET"), included("/a", "/me", "GET"))
    [conflict] = find_conflicts([router])
    assert [entry.path for entry in list_routes([router]) if entry.route is conflict.route] == ["/a/me"]


def test_an_included_route_may_have_one_of_these_packages_in_its_place() -> None:
    placed = [Route("/a/{id}", endpoint), Route("/a/me", endpoint)]
    router = Included(*(Context(starlette_route=route, original_route=Route("/x", endpoint)) for route in placed))
    [conflict] = find_conflicts([router])
    assert (conflict.route, conflict.by) == (placed[1], placed[0])


def test_nothing_is_known_of_an_included_route_of_another_kind() -> None:
    router = Included(Context(starlette_route=None, original_route=BaseRoute(), path="/{any}"))
    assert found(router, Route("/a", endpoint)) == []
