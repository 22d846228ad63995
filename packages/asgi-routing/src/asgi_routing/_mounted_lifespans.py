"""The lifespans of a tree of applications: each runs once, wherever and how often it is mounted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import MethodType
from typing import Any, Final

from asgi_types import ASGIApp, Lifespan, Scope

from ._lifespan.app_lifespan import app_lifespan
from ._lifespan.lifespan_state import MOUNTED_STATE, split_state
from ._routes.base_route import BaseRoute

LIFESPANS: Final = "asgi_routing.lifespans"


class LifespanTree:
    """What runs below the outermost router, which hands this down in the lifespan scope."""

    def __init__(self) -> None:
        self.apps = _Running()
        """What was mounted, and the outermost application."""
        self.routers = _Running()
        self.mounted: dict[int, tuple[BaseRoute, dict[str, Any]]] = {}
        """What the outermost router puts into the state under `MOUNTED_STATE`."""

    async def start(self, route: BaseRoute, app: ASGIApp, outer_app: Any, stack: AsyncExitStack) -> None:
        """Run the lifespan of ``app`` until ``stack`` ends, unless it runs already, and give ``route`` its state."""
        state = self.apps.state_of(app)
        if state is None:
            state = stack.enter_context(self.apps.running(app))
            lifespan = app_lifespan(app, outer_app, {LIFESPANS: self})
            # Those mounted deeper may come with it, if the tree was not handed down to them.
            own, deeper = split_state(await stack.enter_async_context(lifespan))
            state.update(own)
            self.mounted.update(deeper)
        self.mounted[id(route)] = (route, state)


class _Running:
    """Objects that run or are about to, each with its state, which is empty until it is known."""

    def __init__(self) -> None:
        self._states: dict[Any, tuple[Any, dict[str, Any]]] = {}

    def state_of(self, thing: Any) -> dict[str, Any] | None:
        found = self._states.get(_key(thing))
        return None if found is None else found[1]

    @contextmanager
    def running(self, thing: Any, state: dict[str, Any] | None = None) -> Generator[dict[str, Any]]:
        key = _key(thing)
        _, state = self._states[key] = (thing, {} if state is None else state)
        try:
            yield state
        finally:
            del self._states[key]


def _key(thing: Any) -> Any:
    # A bound method is made anew each time that it is asked for. All else may be equal to what it is not.
    return thing if isinstance(thing, MethodType) else id(thing)


def is_entered(router: Any, scope: Scope) -> bool:
    """Whether the lifespan of ``router`` runs already in the tree of this lifespan scope."""
    tree: LifespanTree | None = scope.get(LIFESPANS)
    return tree is not None and tree.routers.state_of(router) is not None


def with_mounted(router: Any, lifespan: Lifespan[Any], routes: Sequence[BaseRoute], scope: Scope) -> Lifespan[Any]:
    """``lifespan`` of ``router``, and in it those of the applications mounted in ``routes``, left in reverse order.

    If one fails to start, those before it are left. In one tree of applications each of them is started once, and each
    router entered once: after that it only gives its state. Each application gets the ``app`` of ``scope``, if there is
    one, as that of its own.
    """
    given: LifespanTree | None = scope.get(LIFESPANS)
    outer_app = scope.get("app")

    @asynccontextmanager
    async def whole(app: Any) -> AsyncGenerator[Any]:
        tree = LifespanTree() if given is None else given
        known = tree.routers.state_of(router)
        if known is not None:
            yield known or None
            return
        async with AsyncExitStack() as stack:
            state = stack.enter_context(tree.routers.running(router))
            if given is None:
                for outermost in {id(each): each for each in (router, app)}.values():
                    stack.enter_context(tree.apps.running(outermost, state))
            yielded = await stack.enter_async_context(lifespan(app))
            own, deeper = split_state(yielded)
            state.update(own)
            tree.mounted.update(deeper)
            for route, mounted_app in mounted_apps(routes):
                await tree.start(route, mounted_app, outer_app, stack)
            has_state = given is None and any(mounted_state for _, mounted_state in tree.mounted.values())
            yield {**own, MOUNTED_STATE: tree.mounted} if has_state else yielded

    return whole


def mounted_apps(routes: Sequence[BaseRoute]) -> list[tuple[BaseRoute, ASGIApp]]:
    """The applications whose lifespans are run with that of these routes, each with its mount, in order.

    An application whose ``lifespan_routes()`` gives routes has no lifespan of its own: its routes are looked at instead
    of it.
    """
    found: list[tuple[BaseRoute, ASGIApp]] = []
    walked: set[int] = set()

    def walk(routes: Sequence[BaseRoute]) -> None:
        walked.add(id(routes))
        for route in routes:
            app = route.lifespan_app()
            inner = None if app is None else _lifespan_routes(app)
            if inner is not None:
                if id(inner) not in walked:
                    walk(inner)
            elif app is not None:
                found.append((route, app))

    walk(routes)
    return found


def _lifespan_routes(app: ASGIApp) -> Sequence[BaseRoute] | None:
    # Asked of the class: an instance of anything may have any attribute.
    method = getattr(type(app), "lifespan_routes", None)
    return None if method is None else method(app)
