"""The lifespans of mounted applications, and the state that each has for itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from asgi_types import ASGIApp, Lifespan, Scope

from .._routes.base_route import BaseRoute
from .app_lifespan import lifespan_of

MOUNTED_STATE: Final = "asgi_routing.mounted"
"""The key of the lifespan's state that has the states of mounted applications by the ``id`` of their mounts.

Each is there with its mount, which therefore lives as long as the state: its ``id`` is nobody else's meanwhile.
"""


def mounted_apps(routes: Sequence[BaseRoute]) -> list[tuple[BaseRoute, ASGIApp]]:
    """The applications whose lifespans are run with that of these routes, each with its mount, in order.

    An application whose ``lifespan_routes()`` gives routes has no lifespan of its own: its routes are looked at instead
    of it. One that has the routes it is itself among is left out.
    """
    found: list[tuple[BaseRoute, ASGIApp]] = []
    walked: dict[int, Sequence[BaseRoute]] = {}

    def walk(routes: Sequence[BaseRoute]) -> None:
        walked[id(routes)] = routes
        for route in routes:
            app = route.lifespan_app()
            if app is None or id(getattr(app, "routes", None)) in walked:
                continue
            inner = _lifespan_routes(app)
            if inner is None:
                found.append((route, app))
            else:
                walk(inner)

    walk(routes)
    return found


def with_mounted(lifespan: Lifespan[Any], routes: Sequence[BaseRoute], outer_app: Any) -> Lifespan[Any]:
    """``lifespan``, and in it those of the applications mounted in ``routes``, left in reverse order.

    If one fails to start, those before it are left. An application with several mounts is started once. Each gets
    ``outer_app`` as the application of its scope, unless that is None.
    """
    apps = mounted_apps(routes)
    if not apps:
        return lifespan

    @asynccontextmanager
    async def whole(app: Any) -> AsyncGenerator[Any]:
        async with AsyncExitStack() as stack:
            own: Mapping[str, Any] | None = await stack.enter_async_context(lifespan(app))
            states: dict[int, Mapping[str, Any]] = {}
            mounted: dict[int, tuple[BaseRoute, Mapping[str, Any]]] = {}
            for route, mounted_app in apps:
                if id(mounted_app) not in states:
                    state = await stack.enter_async_context(lifespan_of(mounted_app)(outer_app)) or {}
                    # Those mounted deeper are put beside, since a request has one table of them all.
                    mounted.update(state.get(MOUNTED_STATE, {}))
                    states[id(mounted_app)] = {key: state[key] for key in state if key != MOUNTED_STATE}
                if states[id(mounted_app)]:
                    mounted[id(route)] = (route, states[id(mounted_app)])
            yield {**(own or {}), MOUNTED_STATE: mounted} if mounted else own

    return whole


def put_mounted_state(scope: Scope, route: BaseRoute) -> None:
    """Put the state of the application that ``route`` mounts into that of the scope, where its values win."""
    state = scope.get("state")
    if not state or MOUNTED_STATE not in state:
        return
    found = state[MOUNTED_STATE].get(id(route))
    if found is not None:
        state.update(found[1])


def _lifespan_routes(app: ASGIApp) -> Sequence[BaseRoute] | None:
    # Asked of the class: an instance of anything may have any attribute.
    method = getattr(type(app), "lifespan_routes", None)
    return None if method is None else method(app)
