"""Which routes could match a path, found by the path's segments instead of by asking every route.

The index only narrows: it gives candidates in registration order, every route that can match among them, and the
routes decide. Its cost depends on the path and on how patterns share segments, not on the number of routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from .._routes.base_route import BaseRoute
from .._patterns.path_pattern import PARAM_REGEX

_Numbered = tuple[int, BaseRoute]


class _Node:
    """The patterns that agree on their segments so far."""

    __slots__ = ("any_segment", "ending", "literals", "open_ended")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.any_segment: _Node | None = None  # the next segment holds a parameter
        self.ending: list[_Numbered] = []  # the pattern ends here
        self.open_ended: list[_Numbered] = []  # the rest may be any number of segments


class RouteIndex:
    """An index of routes as they are now; it is made anew when they change.

    `search` is complete by itself. Two tables hold its answers for what most applications consist of: ``known`` those
    for the whole path of every pattern without a parameter, and ``below`` those for all paths that are one segment
    longer than a path without a parameter and not in ``known``. Looking there first is what makes a match cheap.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._root = _Node()
        self._depth = 0
        patterns = [route.index_pattern() for route in routes]
        for number, (pattern, route) in enumerate(zip(patterns, routes, strict=True)):
            self._add(pattern, (number, route))
        self.known = {path: self.search(path) for path in patterns if path is not None and _is_literal(path)}
        parents = {pattern.rpartition("/")[0] for pattern in patterns if pattern is not None}
        below = {parent: self._search_below(parent) for parent in parents if _is_literal(parent)}
        self.below = {parent: found for parent, found in below.items() if found is not None}

    def search(self, path: str) -> tuple[BaseRoute, ...]:
        """The routes that could match ``path``, in registration order."""
        found, nodes = self._walk(path)
        for node in nodes:
            found += node.ending
        return _in_order(found)

    def _add(self, pattern: str | None, numbered: _Numbered) -> None:
        node = self._root
        if pattern is None or not pattern.startswith("/"):
            node.open_ended.append(numbered)
            return
        segments = pattern.split("/")
        self._depth = max(self._depth, len(segments))
        for segment in segments:
            parameters = [*PARAM_REGEX.finditer(segment)]
            if any(parameter[2] for parameter in parameters):
                node.open_ended.append(numbered)
                return
            if not parameters:
                node = node.literals.setdefault(segment, _Node())
            else:
                if node.any_segment is None:
                    node.any_segment = _Node()
                node = node.any_segment
        node.ending.append(numbered)

    def _search_below(self, parent: str) -> tuple[BaseRoute, ...] | None:
        """The candidates of ``parent/x`` for every ``x`` that is not in a known path; None if they depend on ``x``."""
        found, nodes = self._walk(parent)
        for node in nodes:
            # Alone, the node is that of the parent itself, and a literal that ends below it makes a known path.
            if node.literals and len(nodes) > 1:
                return None
            if node.any_segment is not None:
                found += node.any_segment.ending
        return _in_order(found)

    def _walk(self, path: str) -> tuple[list[_Numbered], list[_Node]]:
        """The open-ended patterns along ``path``, and the nodes it leads to; each node is visited at most once."""
        found = list(self._root.open_ended)
        nodes = [self._root]
        for segment in path.split("/", self._depth):
            below: list[_Node] = []
            for node in nodes:
                literal = node.literals.get(segment)
                if literal is not None:
                    below.append(literal)
                    found += literal.open_ended
                if node.any_segment is not None:
                    below.append(node.any_segment)
                    found += node.any_segment.open_ended
            nodes = below
        return found, nodes


def _in_order(found: list[_Numbered]) -> tuple[BaseRoute, ...]:
    return tuple(route for _, route in sorted(found, key=itemgetter(0)))


def _is_literal(pattern: str) -> bool:
    return PARAM_REGEX.search(pattern) is None
