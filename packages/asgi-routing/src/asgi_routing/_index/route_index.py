"""Which routes could match a path, found by the path's segments instead of by asking every route.

The index only narrows: it gives candidates in registration order, every route that can match among them, and the
routes decide. Its cost depends on the path and on how patterns share segments, not on the number of routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from .._patterns.path_pattern import PARAM_REGEX
from .._patterns.path_reader import SegmentReader, segment_reader
from .._routes.base_route import BaseRoute
from .params_reader import ParamsReader, SegmentParams, params_reader

Candidate = tuple[BaseRoute, ParamsReader | None]
"""A route, and what reads its parameters from the segments of the path; None if the route reads the path itself."""

Takers = tuple[BaseRoute | None, ...]
"""Routes that take the same parameters; None at the end stands for more candidates, of another kind, after them."""

_Numbered = tuple[int, Candidate]

_MOST = 1_000_000
"""How many candidates may be listed in advance; many routes without a pattern are candidates of every path there is."""


class _Node:
    """The patterns that agree on their segments so far."""

    __slots__ = ("any_segment", "candidates", "ending", "literals", "open_candidates", "open_ended")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.any_segment: _Node | None = None  # the next segment holds a parameter
        self.ending: list[_Numbered] = []  # the pattern ends here
        self.open_ended: list[_Numbered] = []  # the rest may be any number of segments
        # For a path that leads to this node and no other one: the routes if it ends here, and if it goes on elsewhere.
        self.candidates: tuple[Candidate, ...] | None = None
        self.open_candidates: tuple[Candidate, ...] | None = None


class RouteIndex:
    """An index of routes as they are now; it is made anew when they change.

    `find` is complete by itself. Two tables hold its answers for what most applications consist of, as far as the first
    routes to ask all take the same parameters. Looking there first is what makes a match cheap.

    - ``known``, for the whole path of every pattern without a parameter: the routes that have none.
    - ``below``, for paths that are one segment longer than a path without a parameter, and not in ``known``: the name
      of what that segment is, what reads it unless it is taken as it is, and the routes.
    """

    takes_slash: bool = False
    """Whether a route may match a path that ends with a slash."""
    known: dict[str, Takers]
    below: dict[str, tuple[str, SegmentReader | None, Takers]]

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._root = _Node()
        self._depth = 0
        for route in routes:
            if not isinstance(route, BaseRoute):
                raise TypeError(f"{route!r} is no route of asgi_routing: derive it from BaseRoute, or mount its app.")
            route.settle_enter()
        patterns = [route.index_pattern() for route in routes]
        params: dict[int, SegmentParams | None] = {}
        for number, (pattern, route) in enumerate(zip(patterns, routes, strict=True)):
            own = params[id(route)] = route.segment_params()
            self._add(pattern, (number, (route, None if own is None else params_reader(own))))
        self.known = {}
        self.below = {}
        if self._settle():
            self._fill_tables([pattern for pattern in patterns if pattern is not None], params)

    def find(self, path: str) -> tuple[tuple[Candidate, ...], list[str]]:
        """The candidates for ``path`` in registration order, and the segments that their parameters are read from."""
        segments = path.split("/", self._depth)
        node = self._root
        for segment in segments:
            below = node.literals.get(segment)
            if below is None:
                below = node.any_segment if segment else None
                if below is None:
                    found = node.open_candidates
                    break
            elif node.any_segment is not None and segment:
                found = None
                break
            node = below
        else:
            found = node.candidates
        return self._search(segments) if found is None else found, segments

    def _add(self, pattern: str | None, numbered: _Numbered) -> None:
        node = self._root
        if pattern is None or not pattern.startswith("/"):
            node.open_ended.append(numbered)
            self.takes_slash = True
            return
        segments = pattern.split("/")
        self._depth = max(self._depth, len(segments))
        for segment in segments:
            parameters = [*PARAM_REGEX.finditer(segment)]
            if any(parameter[2] for parameter in parameters):
                node.open_ended.append(numbered)
                self.takes_slash = True
                return
            if not parameters:
                node = node.literals.setdefault(segment, _Node())
            else:
                if node.any_segment is None:
                    node.any_segment = _Node()
                node = node.any_segment
        node.ending.append(numbered)
        self.takes_slash |= not segments[-1]

    def _settle(self) -> bool:
        """Give each node the candidates of the paths that lead to it alone, and tell whether they are few enough."""
        left = _MOST
        waiting: list[tuple[_Node, list[_Numbered]]] = [(self._root, [])]
        while waiting and left > 0:
            node, above = waiting.pop()
            open_ended = above + node.open_ended
            node.open_candidates = _candidates(open_ended)
            node.candidates = _candidates(open_ended + node.ending)
            left -= 1 + len(open_ended)
            below = [*node.literals.values(), *([node.any_segment] if node.any_segment else [])]
            waiting += [(each, open_ended) for each in below]
        return left > 0

    def _fill_tables(self, patterns: Sequence[str], params: dict[int, SegmentParams | None]) -> None:
        """Fill ``known`` and ``below``; ``params`` are those of each route by its ``id``."""
        for path in set(filter(_is_literal, patterns)):
            self.known[path] = _takers(self.find(path)[0], {}, params)
        for parent in {pattern.rpartition("/")[0] for pattern in patterns}:
            # The empty one is that of paths without a slash as well.
            found = self._find_below(parent) if parent and _is_literal(parent) else None
            first = params[id(found[0][0])] if found else None
            if found and first and len(first) == 1:
                [(name, convertor)] = first.values()
                self.below[parent] = (name, segment_reader(convertor), _takers(found, first, params))

    def _find_below(self, parent: str) -> tuple[Candidate, ...] | None:
        """The candidates of ``parent`` and one more segment, unless they depend on what that is.

        The segment is not empty, and the path not a known one.
        """
        found, nodes = self._walk(parent.split("/"))
        for node in nodes:
            # Alone, the node is that of the parent itself, and a literal that ends below it makes a known path.
            if node.literals and len(nodes) > 1:
                return None
            if node.any_segment is not None:
                found += node.any_segment.ending
        return _candidates(found)

    def _search(self, segments: Sequence[str]) -> tuple[Candidate, ...]:
        """The candidates where a segment may be a literal and a parameter, so that there are several ways to go on."""
        found, nodes = self._walk(segments)
        for node in nodes:
            found += node.ending
        return _candidates(found)

    def _walk(self, segments: Iterable[str]) -> tuple[list[_Numbered], list[_Node]]:
        """The open-ended patterns along a path, and the nodes it leads to; each node is visited at most once."""
        found = list(self._root.open_ended)
        nodes = [self._root]
        for segment in segments:
            below: list[_Node] = []
            for node in nodes:
                literal = node.literals.get(segment)
                if literal is not None:
                    below.append(literal)
                    found += literal.open_ended
                if node.any_segment is not None and segment:
                    below.append(node.any_segment)
                    found += node.any_segment.open_ended
            nodes = below
        return found, nodes


def _candidates(found: list[_Numbered]) -> tuple[Candidate, ...]:
    return tuple(candidate for _, candidate in sorted(found, key=itemgetter(0)))


def _takers(candidates: Sequence[Candidate], shared: SegmentParams, params: dict[int, SegmentParams | None]) -> Takers:
    """The first of the candidates, as far as they have just the shared parameters."""
    takers: list[BaseRoute | None] = []
    for route, _ in candidates:
        if params[id(route)] != shared:
            takers.append(None)
            break
        takers.append(route)
    return (*takers,)


def _is_literal(pattern: str) -> bool:
    return PARAM_REGEX.search(pattern) is None
