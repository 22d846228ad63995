"""The routes of a router: a list like any other, whose index is dropped with every change to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from .._routes.base_route import BaseRoute
from .route_index import RouteIndex

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _changing(method: _Method) -> _Method:
    def change(self: RouteList, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:  # after the change, so that no other thread keeps an index of what was before
            self.route_index = None

    return cast("_Method", change)


class RouteList(list[BaseRoute]):
    """A list of routes with the `RouteIndex` of its present content, made when it is first needed."""

    route_index: RouteIndex | None = None

    def current_index(self) -> RouteIndex:
        """The index of the routes as they are now."""
        return self.route_index or self.build_index()

    def build_index(self) -> RouteIndex:
        """Make and keep the index of the routes as they are now."""
        while True:
            routes = tuple(self)
            self.route_index = index = RouteIndex(routes)
            if [*map(id, self)] == [*map(id, routes)]:
                return index
            self.route_index = None  # another thread has changed them meanwhile

    append = _changing(list[BaseRoute].append)
    clear = _changing(list[BaseRoute].clear)
    extend = _changing(list[BaseRoute].extend)
    insert = _changing(list[BaseRoute].insert)
    pop = _changing(list[BaseRoute].pop)
    remove = _changing(list[BaseRoute].remove)
    reverse = _changing(list[BaseRoute].reverse)
    sort = _changing(list[BaseRoute].sort)  # pyright: ignore[reportAssignmentType]
    __delitem__ = _changing(list[BaseRoute].__delitem__)
    __iadd__ = _changing(list[BaseRoute].__iadd__)
    __imul__ = _changing(list[BaseRoute].__imul__)
    __setitem__ = _changing(list[BaseRoute].__setitem__)
