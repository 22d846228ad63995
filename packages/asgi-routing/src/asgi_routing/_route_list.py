"""The routes of a router: a list like any other, whose index is dropped with every change to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ._base_route import BaseRoute
from ._route_index import RouteIndex

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _changing(method: _Method) -> _Method:
    def change(self: RouteList, *args: Any, **kwargs: Any) -> Any:
        self.route_index = None
        return method(self, *args, **kwargs)

    return change  # type: ignore[return-value]


class RouteList(list[BaseRoute]):
    """A list of routes with the `RouteIndex` of its present content, made when it is first needed."""

    route_index: RouteIndex | None = None

    def build_index(self) -> RouteIndex:
        """Make and keep the index of the routes as they are now."""
        self.route_index = index = RouteIndex(self)
        return index

    append = _changing(list.append)
    clear = _changing(list.clear)
    extend = _changing(list.extend)
    insert = _changing(list.insert)
    pop = _changing(list.pop)
    remove = _changing(list.remove)
    reverse = _changing(list.reverse)
    sort = _changing(list.sort)
    __delitem__ = _changing(list.__delitem__)
    __iadd__ = _changing(list.__iadd__)
    __imul__ = _changing(list.__imul__)
    __setitem__ = _changing(list.__setitem__)
