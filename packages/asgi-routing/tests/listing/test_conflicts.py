from __future__ import annotations

import logging
import os
import re
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asgi_routing import (
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
from asgi_routing._listing.conflicts import report_conflicts
from asgi_routing.listing import RouteConflict, find_conflicts
from asgi_types import ENCODED_SLASH

EXAMPLES = int(os.environ.get("SHINE_EXAMPLES", "1000"))


async def endpoint(connection: Any) -> None: ...


class App:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


def get(path: str, *methods: str, **more: Any) -> Route:
    return Route(path, endpoint, methods=methods or None, **more)


def found(*routes: BaseRoute) -> list[str]:
    return [*map(str, find_conflicts(routes))]


def test_a_conflict_names_both_routes_and_the_methods_that_are_lost() -> None:
    wide, narrow = get("/users/{id}"), get("/users/me", "GET", "POST")
    conflict = RouteConflict(narrow, "/users/me", ("GET", "HEAD"), wide, "/users/{id}", "shadowed")
    assert find_conflicts(Router([wide, narrow])) == [conflict]
    assert str(conflict) == "GET /users/me is never reached: /users/{id} comes first"


def test_the_same_pattern_is_a_duplicate_whatever_its_parameters_are_called() -> None:
    conflicts = find_conflicts(
        [get("/{a}/x"), get("/{b}/x"), get("/{b}/{c}"), Mount("/{b}", App()), Mount("/{c}", App())]
    )
    assert [(conflict.path, conflict.kind) for conflict in conflicts] == [
        ("/{b}/x", "duplicate"),
        ("/{c}", "duplicate"),
    ]
    [conflict] = find_conflicts([Mount("/a", App()), get("/a/{rest:path}")])
    assert conflict.kind == "shadowed"


def test_each_method_is_lost_to_the_first_route_that_answers_it() -> None:
    routes = [
        get("/a", "GET"),
        get("/{x}", "POST", "PUT"),
        get("/a", "PUT", "GET"),
        get("/a", "GET", "POST", "PUT", "DELETE"),
    ]
    assert found(*routes) == [
        "GET /a is never reached: /a comes first",
        "PUT /a is never reached: /{x} comes first",
        "GET /a is never reached: /a comes first",
        "POST,PUT /a is never reached: /{x} comes first",
    ]


def test_a_route_that_is_lost_in_part_hides_others_by_the_methods_it_has_left() -> None:
    assert found(get("/a", "GET"), get("/{x}", "GET", "POST"), get("/a", "GET", "POST"), get("/b", "POST")) == [
        "GET /a is never reached: /a comes first",
        "POST /a is never reached: /{x} comes first",
        "POST /b is never reached: /{x} comes first",
    ]
    assert found(get("/a", "GET"), get("/a", "GET", "POST"), get("/a", "POST")) == [
        "GET /a is never reached: /a comes first",
        "POST /a is never reached: /a comes first",
    ]


def test_head_alone_is_only_lost_where_there_is_no_get() -> None:
    assert found(get("/a", "HEAD"), get("/a", "GET")) == []
    assert found(get("/a", "GET"), get("/a", "HEAD")) == ["HEAD /a is never reached: /a comes first"]


def test_a_route_for_all_methods_is_lost_to_another_one_only() -> None:
    every = Route("/a", App())
    assert found(get("/a"), every) == []
    assert found(every, get("/a")) == ["GET /a is never reached: /a comes first"]
    assert found(Route("/{x}", App()), every) == ["/a is never reached: /{x} comes first"]
    assert found(get("/a", "GET"), Route("/a", App(), methods=[])) == []


def test_websockets_and_requests_are_not_in_each_others_way() -> None:
    socket = WebSocketRoute("/a", App())
    assert found(socket, Route("/a", App()), socket) == ["WEBSOCKET /a is never reached: /a comes first"]
    assert found(Mount("", App()), socket) == ["WEBSOCKET /a is never reached: / comes first"]


def test_a_mount_hides_what_is_below_its_prefix() -> None:
    assert found(Mount("/a", App()), get("/a"), get("/a/"), get("/a/b"), Mount("/a/b", App()), get("/b")) == [
        "GET /a/ is never reached: /a comes first",
        "GET /a/b is never reached: /a comes first",
        "/a/b is never reached: /a comes first",
    ]
    assert found(Route("/{p:path}", App()), Mount("/a", App())) == []  # the mount also takes WebSockets


def test_a_mount_that_falls_through_hides_nothing() -> None:
    assert found(Mount("/a", App(), fall_through=True), Mount("/a", App()), get("/a/b")) == [
        "GET /a/b is never reached: /a comes first"
    ]


def test_routes_below_a_mount_are_lost_to_routes_before_the_mount_too() -> None:
    users = [
        get("/{id}"),
        get("/me"),
        WebSocketRoute("/me", App()),
        Mount("/deep", routes=[get("/x/{y}"), get("/x/z")]),
    ]
    assert found(get("/api/users/{name:int}"), get("/api/users/deep/x/{any}"), Mount("/api/users", routes=users)) == [
        "GET /api/users/me is never reached: /api/users/{id} comes first",
        "GET /api/users/deep/x/{y} is never reached: /api/users/deep/x/{any} comes first",
        "GET /api/users/deep/x/z is never reached: /api/users/deep/x/{any} comes first",
    ]


def test_what_a_lost_mount_has_below_it_is_not_listed() -> None:
    assert found(Mount("/a", App()), Mount("/a", routes=[get("/b"), get("/b")])) == [
        "/a is never reached: /a comes first"
    ]


def test_routes_of_different_mounts_with_parameters_are_told_apart_by_the_prefix() -> None:
    table = [Mount("/{x:int}", routes=[get("/a")]), Mount("/{x}", routes=[get("/a")]), Mount("/{y:int}", routes=[])]
    assert found(*table) == ["/{y:int} is never reached: /{x:int} comes first"]
    assert found(get("/{p:path}/a"), Mount("/{p:path}", routes=[get("/a")])) == [
        "GET /{p:path}/a is never reached: /{p:path}/a comes first"
    ]


def test_hosts_are_compared_with_equal_hosts_only() -> None:
    other = Router([get("/a"), get("/{x}"), get("/b")])
    routes = [get("/a"), Host("x.org", other), Host("{h}.org", other), Host("X.org:80", App()), Host("{g}.org", App())]
    assert found(*routes, get("/b")) == [
        "GET /a is never reached: /a comes first",
        "GET /b is never reached: /{x} comes first",
        "GET /a is never reached: /a comes first",
        "GET /b is never reached: /{x} comes first",
        "X.org:80 is never reached: x.org comes first",
        "{g}.org is never reached: {h}.org comes first",
    ]


def test_a_host_below_a_mount_is_lost_to_an_equal_one_before_the_mount() -> None:
    hosts = [Host("x.org", App()), Mount("/a", routes=[Host("x.org", App()), Host("y.org", App())])]
    assert found(*hosts) == ["x.org is never reached: x.org comes first"]


def test_a_host_that_falls_through_hides_nothing() -> None:
    class Optional(Host):
        fall_through = True

    assert found(Optional("x.org", App()), Host("x.org", App())) == []


class Everything(BaseRoute):
    def matches(self, scope: Any) -> tuple[Match, Any]:
        return Match.FULL, {}


class Choosy(Route):
    def matches(self, scope: Any) -> tuple[Match, Any]:
        return Match.NONE, {}


class Entered(Route):
    def enter(self, scope: Any, path: str) -> Any:
        return Match.NONE


class Handled(Route):
    def handle(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        raise NotImplementedError


def replaced() -> Route:
    route = get("/a")
    route.path_regex = re.compile("/b")
    return route


@pytest.mark.parametrize("route", [Everything(), Choosy("/a", endpoint), Entered("/a", endpoint), replaced()])
def test_routes_that_decide_by_ways_of_their_own_are_left_out(route: BaseRoute) -> None:
    assert found(route, get("/a"), route) == []


def test_a_route_that_only_answers_in_its_own_way_is_compared() -> None:
    assert found(Handled("/a", endpoint), Handled("/a", endpoint)) == ["GET /a is never reached: /a comes first"]


def test_an_application_inside_itself_is_looked_at_once() -> None:
    router = Router([get("/a"), get("/a")])
    router.mount("/self", router)
    assert [*map(str, find_conflicts(router))] == ["GET /a is never reached: /a comes first"]


def test_an_application_whose_routes_are_no_list_has_none() -> None:
    app: Any = App()
    app.routes = list
    assert found(Mount("/a", app), get("/b")) == []


def test_what_has_no_routes_is_refused() -> None:
    with pytest.raises(TypeError, match="App has no routes"):
        find_conflicts(App())


def test_conflicts_are_logged_as_warnings(caplog: pytest.LogCaptureFixture) -> None:
    report_conflicts([get("/{x}"), get("/50%")])
    assert caplog.record_tuples == [
        ("asgi_routing", logging.WARNING, "GET /50% is never reached: /{x} comes first"),
    ]


# From here on, routers are asked whether what is found is true.


class Even(Convertor[int]):
    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        if int(value) % 2:
            raise ValueError("odd")
        return int(value)


class Slashes(Convertor[str]):
    regex = "[ab/]+"

    def convert(self, value: str) -> str:
        if value == "a":
            raise ValueError
        return value


@pytest.fixture(scope="module", autouse=True)
def convertors(own_convertors: None) -> None:
    register_url_convertor("even", Even())
    register_url_convertor("slash", Slashes())


class Answered(Exception):  # noqa: N818
    """Raised by the application that got the connection."""


class Endpoint:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["reached"].append(scope["route"])
        raise Answered


class Inner(Router):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["reached"].append(scope["route"])
        await super().__call__(scope, receive, send)


# A "%" stands for the name of a parameter.
SEGMENTS = st.one_of(
    st.sampled_from(["a", "a", "b", "", "1", "2", "a.b"]),
    st.sampled_from(["{%}", "{%}", "{%:int}", "{%:float}", "{%:path}", "{%:slash}", "{%:even}", "{%:segment}"]),
    st.sampled_from(["{%:int(1, 2)}", "{%:str(2, 3)}", "{%:enum(a, b)}", "{%:regex([ab]+)}", "{%:float(1, 2)}"]),
    st.sampled_from(["{%}.{%}", "a{%}", "a{%:path}", "{%:slash}.{%}", "{%:int}{%}"]),
)
TEXTS = {
    "str": ["a", "b", "1", "ab", "a.b", f"a{ENCODED_SLASH}b", ENCODED_SLASH],
    "segment": ["a", "1", f"a{ENCODED_SLASH}b"],
    "int": ["1", "2", "12"],
    "even": ["1", "2"],
    "float": ["1", "1.5", "2"],
    "path": ["", "a", "a/b", "/", "1/a/", ENCODED_SLASH],
    "slash": ["a", "a/b", "/", "b/", f"a{ENCODED_SLASH}b"],
    "int(1, 2)": ["1", "2"],
    "str(2, 3)": ["a", "ab", "12"],
    "enum(a, b)": ["a", "b"],
    "regex([ab]+)": ["a", "ab", f"a{ENCODED_SLASH}b"],
    "float(1, 2)": ["1", "1.5", "2.0"],
}
PARAMETER = re.compile(r"{p[0-9]+(?::([a-z]+(?:\(.*?\))?))?}")


def named(template: str, name: str = "p") -> str:
    first, *others = template.split("%")
    return first + "".join(f"{name}{number}{other}" for number, other in enumerate(others))


templates = st.one_of(st.lists(SEGMENTS, min_size=1, max_size=1), st.lists(SEGMENTS, max_size=3)).map(
    lambda segments: "/" + "/".join(segments)
)
methods = st.sampled_from([None, ["GET"], ["POST"], ["GET", "POST"], ["HEAD"], []])


@st.composite
def routes(draw: st.DrawFn, depth: int = 2) -> BaseRoute:
    kind: Any = draw(st.sampled_from([Route] * 8 + [WebSocketRoute] + ([Mount] * 3 + [Host] if depth else [])))
    if kind is Route:
        return Route(named(draw(templates)), Endpoint(), methods=draw(methods))
    if kind is WebSocketRoute:
        return WebSocketRoute(named(draw(templates)), Endpoint())
    app: Any = Inner(draw(st.lists(routes(depth - 1), max_size=4))) if draw(st.booleans()) else Endpoint()
    if kind is Host:
        return Host(draw(st.sampled_from(["example.org", "{h}.org", "other.org"])), app)
    # The parameters of a mount have other names than those below it.
    prefix = draw(st.sampled_from(["", "/a"]) | templates.map(lambda template: named(template, f"m{depth}_")))
    return Mount(prefix, app, fall_through=draw(st.sampled_from([False, False, True])))


def patterns(table: list[BaseRoute], prefix: str = "") -> Iterator[str]:
    for route in table:
        path = prefix + getattr(route, "path", "")
        if isinstance(route, Mount | Host):
            yield f"{path}/a"
            yield from patterns(route.routes, path)
        else:
            yield path


@st.composite
def paths(draw: st.DrawFn, known: list[str]) -> str:
    pattern = re.sub("m[0-9]_", "p", draw(st.sampled_from(known)))
    path = PARAMETER.sub(lambda parameter: draw(st.sampled_from(TEXTS[parameter[1] or "str"])), pattern)
    return path + draw(st.sampled_from(["", "", "", "/", "/b"]))


def reached(router: Any, path: str, **scope: Any) -> list[BaseRoute]:
    """The routes that a router hands the connection on to, one below the other; run without an event loop."""
    asked: list[BaseRoute] = []
    whole = {
        **scope,
        "path": path.replace(ENCODED_SLASH, "/"),
        "raw_path": path.replace(ENCODED_SLASH, "%2F").encode(),
        "headers": [(b"host", b"example.org")],
        "reached": asked,
    }

    async def send(message: Any) -> None: ...

    with suppress(Answered, StopIteration):
        router(whole, None, send).send(None)
    return asked


@settings(max_examples=EXAMPLES)
@given(st.data(), st.booleans())
def test_what_is_found_is_never_reached(data: st.DataObject, raw_path: bool) -> None:
    table = data.draw(st.lists(routes(), min_size=2, max_size=8))
    router = Router(table, raw_path=raw_path)
    conflicts = find_conflicts(router)
    lost = [(id(conflict.route), method) for conflict in conflicts for method in conflict.methods or ["*"]]
    # Mostly paths of the routes that are said to be lost.
    known = [*patterns(table), *(conflict.path for conflict in conflicts for _ in range(5))]
    for path in data.draw(st.lists(paths(known), min_size=1, max_size=8)):
        for method in ("GET", "HEAD", "POST"):
            for route in reached(router, path, type="http", method=method):
                assert (id(route), method) not in lost
                assert (id(route), "*") not in lost
        for route in reached(router, path, type="websocket"):
            assert (id(route), "*") not in lost


@settings(max_examples=EXAMPLES)
@given(st.lists(routes(), max_size=4), templates, st.lists(routes(), max_size=4))
@example([], "/{%:slash}.{%}/{%:path}", [])
def test_a_duplicate_is_always_found(before: list[BaseRoute], template: str, after: list[BaseRoute]) -> None:
    first, second = (Route(named(template, name), Endpoint(), methods=["PUT"]) for name in ("x", "y"))
    lost = [id(conflict.route) for conflict in find_conflicts([*before, first, *after, second])]
    assert id(second) in lost
