"""The router chooses as a scan of all its routes in order would, by asking only those that the index names."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_routing import (
    CONVERTOR_TYPES,
    BaseRoute,
    Convertor,
    Host,
    Match,
    Mount,
    Route,
    Router,
    WebSocketRoute,
    register_url_convertor,
)
from asgi_types import get_route_path

EXAMPLES = int(os.environ.get("SHINE_EXAMPLES", "1000"))

UUID_TEXT = "0b15f4a9-f1c0-4d4e-8d2c-7d3d0e1c0b0a"


class SlashConvertor(Convertor[str]):
    regex = "[ab/]+"

    def convert(self, value: str) -> str:
        return value


class LowerConvertor(SlashConvertor):
    regex = "[a-z]+"


class EvenConvertor(Convertor[int]):
    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        if int(value) % 2:
            raise ValueError("odd")
        return int(value)


@pytest.fixture(scope="module", autouse=True)
def convertors(own_convertors: None) -> None:
    register_url_convertor("slash", SlashConvertor())
    register_url_convertor("lower", LowerConvertor())
    register_url_convertor("even", EvenConvertor())


class Chosen(Exception):  # noqa: N818
    """Raised by who is given the connection: the answer of the router, without the cost of a response."""


class Endpoint:
    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        raise Chosen("app", id(scope["route"]), scope.get("path_params", {}))


class HandledRoute(Route):
    def handle(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        raise Chosen("handle", id(self), scope["path_params"])


class CaselessRoute(Route):
    def matches(self, scope: Any) -> tuple[Match, Any]:
        return super().matches({**scope, "path": scope["path"].lower()})


class ReplacedRoute(Route):
    def __init__(self, path: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(path, *args, **kwargs)
        self.path_regex = re.compile(self.path_regex.pattern, re.IGNORECASE)


class Ending(BaseRoute):
    """Without a pattern: any path with this ending, partially if it holds a digit."""

    def __init__(self, ending: str) -> None:
        self.ending = ending

    def matches(self, scope: Any) -> tuple[Match, Any]:
        if not scope["path"].endswith(self.ending):
            return Match.NONE, {}
        return (Match.PARTIAL if "1" in scope["path"] else Match.FULL), {"path_params": {"ending": self.ending}}

    def handle(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        assert scope["route"] is self
        raise Chosen("base", id(self), scope["path_params"])


class Below(Ending):
    """With a pattern of its own: all paths below a prefix."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        below = get_route_path(scope).startswith(self.ending + "/")
        return (Match.FULL if below else Match.NONE), {"path_params": {"prefix": self.ending}}

    def index_pattern(self) -> str | None:
        return self.ending + "/{rest:path}"


class Relative(Ending):
    """With a pattern that does not begin with a slash: one segment and an ending."""

    def matches(self, scope: Any) -> tuple[Match, Any]:
        word, slash, ending = scope["path"].partition("/")
        return (Match.FULL if word and slash + ending == self.ending else Match.NONE), {"path_params": {"word": word}}

    def index_pattern(self) -> str | None:
        return "{word}" + self.ending


# A "%" stands for the name of a parameter.
SEGMENTS = st.one_of(
    st.sampled_from(["a", "a", "b", "", "A", "1", "a.b", "{not-a-param}"]),
    st.sampled_from(["{%}", "{%}", "{%:int}", "{%:float}", "{%:uuid}", "{%:path}", "{%:slash}", "{%:lower}"]),
    st.sampled_from(["{%:even}", "{%}.{%}", "files-{%:int}", "{%:slash}.{%}", "a{%:path}", "{{%}}", "{%:int}{%}"]),
)
TEXTS = {
    "str": ["a", "b", "1", "ab", "a.b", "{not-a-param}", "a\n"],
    "int": ["1", "12"],
    "even": ["1", "2"],
    "float": ["1", "1.5"],
    "uuid": [UUID_TEXT],
    "path": ["", "a", "a/b", "/", "1/a/"],
    "slash": ["a", "a/b", "/", "b/"],
    "lower": ["a", "b"],
}
PARAMETER = re.compile("{(p[0-9]+)(?::([a-z]+))?}")


@st.composite
def patterns(draw: st.DrawFn) -> str:
    template = "/" + "/".join(draw(st.lists(SEGMENTS, max_size=4)))
    first, *others = template.split("%")
    return first + "".join(f"p{number}{other}" for number, other in enumerate(others))


@st.composite
def routes(draw: st.DrawFn, depth: int = 2) -> BaseRoute:
    kinds = [Route] * 8 + [WebSocketRoute, HandledRoute, CaselessRoute, ReplacedRoute, Ending, Below]
    kind: Any = draw(st.sampled_from(kinds + [Mount] * 3 + [Host]))
    if kind in (Ending, Below):
        return kind(draw(st.sampled_from(["/a", "/a/b", "b", "/", ""] if kind is Ending else ["", "/a", "/b/a"])))
    if kind in (Mount, Host):
        return draw(mounts(kind, depth))
    pattern = draw(patterns())
    if kind is WebSocketRoute:
        return WebSocketRoute(pattern, Endpoint())
    return kind(pattern, Endpoint(), methods=draw(st.sampled_from([None, ["GET"], ["POST"], ["PUT", "DELETE"], []])))


@st.composite
def mounts(draw: st.DrawFn, kind: type, depth: int) -> BaseRoute:
    nested = depth and draw(st.booleans())
    app: Any = Router(draw(st.lists(routes(depth - 1), max_size=3))) if nested else Endpoint()
    if kind is Host:
        return Host(draw(st.sampled_from(["example.org", "{h}.org", "other.org", "{h}:80"])), app)
    return Mount(draw(st.sampled_from(["", "/a", "/a/b"]) | patterns()), app, fall_through=draw(st.booleans()))


@st.composite
def paths(draw: st.DrawFn, table: list[BaseRoute]) -> str:
    """A path, mostly one that a route's pattern stands for, and sometimes not quite."""
    known = [*known_patterns(table)]
    pattern = draw(st.sampled_from(known)) if known and draw(st.integers(0, 9)) else draw(patterns())
    path = PARAMETER.sub(lambda found: draw(st.sampled_from(TEXTS[found[2] or "str"])), pattern)
    change = draw(st.sampled_from(["", "", "", "", "more", "less", "upper", "double", "below", "above", "bare"]))
    changed = {
        "more": path + "/",
        "less": path[:-1],
        "upper": path.upper(),
        "double": path.replace("/", "//", 1),
        "below": path + "/b",
        "above": path.rpartition("/")[0],
        "bare": path[1:],
    }
    return changed.get(change, path)


def known_patterns(table: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    for route in table:
        if isinstance(route, (Route, WebSocketRoute)):
            yield prefix + route.path
        if isinstance(route, (Mount, Host)):
            below = prefix + route.path if isinstance(route, Mount) else prefix
            yield f"{below}/a"
            yield from known_patterns(route.routes, below)


def by_router(router: Router, scope: dict[str, Any]) -> tuple[Any, ...]:
    """What the router does with a connection, run without an event loop."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    try:
        router(dict(scope), None, send).send(None)
    except Chosen as chosen:
        return chosen.args
    except StopIteration:
        pass
    headers = dict(messages[0].get("headers", ()))
    return messages[0].get("status"), headers.get(b"allow"), b"location" in headers


def by_scan(table: list[BaseRoute], scope: dict[str, Any]) -> tuple[Any, ...]:
    """What asking each route in order comes to."""
    partial: list[tuple[BaseRoute, Any]] = []
    methods: set[str] = set()
    for route in table:
        match, child_scope = route.matches(dict(scope))
        if match is Match.FULL:
            outcome = chosen_by_scan(route, {**scope, **child_scope})
            if not (route.fall_through and outcome[0] in (404, 405, None)):
                return outcome
            methods |= set((outcome[1] or b"").decode().split(", ")) - {""}
        if match is Match.PARTIAL:
            partial.append((route, child_scope))
    if partial:
        first, child_scope = partial[0]
        if not isinstance(first, Route) or isinstance(first, HandledRoute):
            return chosen_by_scan(first, {**scope, **child_scope})
        methods |= {method for route, _ in partial for method in getattr(route, "methods", None) or ()}
    if methods:
        return 405, ", ".join(sorted(methods)).encode(), False
    if scope["type"] == "websocket":
        return None, None, False
    redirected = any(redirects_by_scan(route, scope) for route in table)
    return (307 if redirected else 404), None, redirected


def redirects_by_scan(route: BaseRoute, scope: dict[str, Any]) -> bool:
    path = get_route_path(scope)
    whole: str = scope["path"]
    other = whole[: len(whole) - len(path)] + path.rstrip("/") if path.endswith("/") else whole + "/"
    if path == "/" or not other.startswith("/"):
        return False
    tried = route.fall_through and route.matches(dict(scope))[0] is not Match.NONE
    return not tried and route.matches({**scope, "path": other})[0] is not Match.NONE


def chosen_by_scan(route: BaseRoute, scope: dict[str, Any]) -> tuple[Any, ...]:
    if isinstance(route, (Mount, Host)) and isinstance(route.app, Router):
        return by_scan(route.app.routes, scope)
    kind = "base" if isinstance(route, Ending) else "handle" if isinstance(route, HandledRoute) else "app"
    return kind, id(route), scope.get("path_params", {})


HOST = [(b"host", b"example.org")]


def assert_same(table: list[BaseRoute], path: str, method: str = "GET") -> None:
    assert_finds_the_same(Router(table), path, method)


def assert_finds_the_same(router: Router, path: str, method: str) -> None:
    for scope in (
        {"type": "http", "method": method, "path": path, "headers": HOST},
        {"type": "websocket", "path": path, "headers": HOST},
    ):
        assert by_router(router, scope) == by_scan([*router.routes], scope)


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_the_choice_is_that_of_a_scan_in_order(data: st.DataObject) -> None:
    table = data.draw(st.lists(routes(), min_size=1, max_size=8))
    for path in data.draw(st.lists(paths(table), min_size=1, max_size=6)):
        assert_same(table, path, data.draw(st.sampled_from(["GET", "POST", "PUT"])))


def set_slice(found: list[BaseRoute], new: list[BaseRoute], place: int) -> None:
    found[place : place + 2] = new


CHANGES: list[Callable[[list[BaseRoute], list[BaseRoute], int], Any]] = [
    lambda found, new, place: found.extend(new),
    lambda found, new, place: [found.insert(place, route) for route in new],
    lambda found, new, place: found.__iadd__(new),
    lambda found, new, place: found.__imul__(2),
    lambda found, new, place: found.reverse(),
    lambda found, new, place: found.sort(key=lambda route: type(route).__name__),
    lambda found, new, place: found and found.pop(place % len(found)),
    lambda found, new, place: found and found.remove(found[place % len(found)]),
    lambda found, new, place: found.__delitem__(slice(place, None, 2)),
    lambda found, new, place: found and found.__setitem__(place % len(found), new[0]),
    set_slice,
]


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_the_choice_follows_every_change_of_the_list(data: st.DataObject) -> None:
    table = data.draw(st.lists(routes(), max_size=5))
    router = Router(table)
    for change in data.draw(st.lists(st.sampled_from(CHANGES), max_size=4)):
        change(router.routes, data.draw(st.lists(routes(), min_size=1, max_size=2)), data.draw(st.integers(0, 5)))
        for path in data.draw(st.lists(paths([*router.routes]), min_size=1, max_size=3)):
            assert_finds_the_same(router, path, data.draw(st.sampled_from(["GET", "POST", "PUT"])))


TABLES = [
    ["/a/{x}", "/{x}/b", "/a/c"],
    ["/{x}/b", "/a/{y}"],
    ["/a/{p:path}", "/a/b/{p:path}", "/a/b"],
    ["/a/b/{p:path}", "/a/{x}"],
    ["/a/{x}", "/a/", "/a"],
    ["/a//b", "/a/{x}/b", "/a/{x:path}/b"],
    ["/{p:path}", "/"],
    ["/{x}/", "/a/{y}", "/{x}"],
    ["/{x}.{y}", "/a.b", "/{x}"],
    ["/{not-a-param}", "/{x}"],
    ["/{not-a-param}/{x}", "/{x}/a"],
    ["/{s:slash}", "/a/b"],
    ["/a/b", "/{s:slash}"],
    ["/{s:slash}.{x}", "/a/{x}"],
    ["/{x}/{y}/{z}", "/a/{y}/b", "/a/b/{z}", "/{x}/b/b"],
]
PATHS = [
    "",
    "/",
    "//",
    "/a",
    "/a/",
    "/a/b",
    "/a/b/",
    "/a/c",
    "/b/b",
    "/a//b",
    "/a/b/b",
    "/a/a/b",
    "/a.b",
    "/a/b.a",
    "a",
]


@pytest.mark.parametrize("table", TABLES)
def test_tables_in_which_literal_and_parameter_segments_compete(table: list[str]) -> None:
    for patterns_in_order in (table, table[::-1]):
        for path in [*PATHS, "/{not-a-param}", "/{not-a-param}/a", "/\n", "/a/\n"]:
            assert_same([Route(pattern, Endpoint()) for pattern in patterns_in_order], path)


@pytest.mark.parametrize("path", [*PATHS, "abc", "ab", "ab/b", "b", "b/a"])
def test_paths_and_patterns_without_a_leading_slash(path: str) -> None:
    class Literal(Relative):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            return (Match.FULL if scope["path"] == self.ending else Match.NONE), {"path_params": {}}

        def index_pattern(self) -> str | None:
            return self.ending

    tables: list[list[BaseRoute]] = [
        [Relative("")],
        [Relative(""), Below("")],
        [Relative(""), Route("/a/{x}", Endpoint()), Route("/{x}", Endpoint())],
        [Relative("/b"), Ending("a"), Relative("")],
        [Literal("ab/b"), Relative("")],
        [Relative("/b"), Literal("ab/b"), Literal("a")],
    ]
    for table in tables:
        assert_same(table, path)
        assert_same(table[::-1], path)


def test_a_convertor_that_gets_another_meaning_after_the_route_was_made() -> None:
    register_url_convertor("changing", SlashConvertor())
    table: list[BaseRoute] = [Route("/x/{s:changing}", Endpoint())]
    register_url_convertor("changing", CONVERTOR_TYPES["str"])
    assert_same(table, "/x/a/b")
    scope = {"type": "http", "method": "GET", "path": "/x/a/b"}
    assert by_router(Router(table), scope) == ("app", id(table[0]), {"s": "a/b"})


class Loose(Route):
    """Says of itself that it may match more than it does."""

    def index_pattern(self) -> str | None:
        return "/{rest:path}"


@pytest.mark.parametrize("path", ["/users/7", "/other/7", "/x/y", "/users/7/z", "/users/"])
def test_a_wider_pattern_for_the_index_makes_a_route_match_no_more(path: str) -> None:
    assert_same([Loose("/users/{id}", Endpoint()), Loose("/users/{id:int}/{name}", Endpoint())], path)


def test_only_routes_that_could_match_are_asked() -> None:
    asked: list[str] = []

    class AskedRoute(Route):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            asked.append(self.path)
            return super().matches(scope)

        def index_pattern(self) -> str | None:
            return self.path

    table = [AskedRoute(pattern, Endpoint()) for pattern in ("/a/{x}", "/b/{x}", "/b/c", "/b/{x:path}", "/b/{x}/d")]
    router = Router(table, redirect_slashes=False)
    for path, expected in [
        ("/b/c", ["/b/{x}"]),
        ("/b/x/d", ["/b/{x:path}"]),
        ("/b/", ["/b/{x:path}"]),
        ("/c/x", []),
        ("/a/x/d", []),
    ]:
        asked.clear()
        by_router(router, {"type": "http", "method": "GET", "path": path})
        assert asked == expected


def test_a_route_of_another_kind_is_refused() -> None:
    class Foreign:
        def matches(self, scope: Any) -> tuple[Match, Any]:
            return Match.FULL, {}

    router = Router([Foreign()])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="is no route of asgi_routing"):
        by_router(router, {"type": "http", "method": "GET", "path": "/"})


def test_very_many_candidates_are_not_listed_in_advance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asgi_routing._index.route_index._MOST", 10)
    table: list[BaseRoute] = [
        Ending("b"),
        Route("/a", Endpoint()),
        Route("/{x}/a", Endpoint()),
        Route("/a/{x}", Endpoint()),
    ]
    for path in ("/a", "/a/a", "/a/b", "/c", "/c/a"):
        assert_same(table * 4, path)


@pytest.mark.parametrize(
    "make",
    [
        lambda number: Route("/x", Endpoint(), methods=[f"M{number}"]),
        lambda number: Route(f"/{{org:lower}}/r{number}", Endpoint()),
        lambda number: Route(f"/{{p:path}}/x{number}", Endpoint()),
    ],
    ids=["one path", "custom convertor", "open"],
)
def test_the_index_is_made_in_linear_time(assert_linear: Any, make: Callable[[int], BaseRoute]) -> None:
    def build(table: list[BaseRoute]) -> None:
        by_router(Router(table), {"type": "http", "method": "GET", "path": "/nowhere"})

    assert_linear(build, lambda number: [make(each) for each in range(number)], 250)


def test_a_search_does_not_prepare_again_what_the_index_has_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here for a path of which each segment may be a literal and a parameter."""
    shapes = [("a", "{x}", "a"), ("{x}", "a", "{z}"), ("a", "a", "{z}"), ("{x}", "{y}", "a")]
    table = [Route(f"/{'/'.join(shape)}/{number}", Endpoint()) for number in range(16) for shape in shapes]
    router = Router([*table, *(Route(f"/{'/'.join(shape)}/end", Endpoint()) for shape in shapes)])
    scope = {"type": "http", "method": "GET", "path": "/a/a/a/end"}
    assert by_router(router, scope)[0] == "app"
    for name in ("segment_params", "index_pattern"):
        monkeypatch.setattr(Route, name, None)  # who calls it now fails
    assert by_router(router, scope)[0] == "app"
