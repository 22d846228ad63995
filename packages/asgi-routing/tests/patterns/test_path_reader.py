"""What a route reads from a path is what its regular expression and its convertors give, whichever way it reads."""

from __future__ import annotations

import os
import re
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_routing import CONVERTOR_TYPES, Match, Route, StringConvertor, WebSocketRoute, register_url_convertor

EXAMPLES = int(os.environ.get("SHINE_EXAMPLES", "500"))

UUID_TEXT = "0b15f4a9-f1c0-4d4e-8d2c-7d3d0e1c0b0a"

TEXTS = {
    "": st.text(st.sampled_from("a1.-{"), min_size=1, max_size=4),
    ":str": st.text(st.sampled_from("b2.-\n"), min_size=1, max_size=4),
    ":path": st.text(st.sampled_from("a1./-"), max_size=4),
    ":int": st.text(st.sampled_from("01"), min_size=1, max_size=3),
    ":float": st.sampled_from(["1", "1.1", "11.", "12.25"]),
    ":uuid": st.sampled_from([UUID_TEXT, UUID_TEXT.replace("-", ""), UUID_TEXT.upper()]),
}
LITERALS = st.sampled_from(["", "/", "-", ".", "1", "a", "--", "{", "/a/", "\n"])
NOISE = st.sampled_from(["", "", "", "", "/", "\n", "1", "-", "."])


async def endpoint(connection: object) -> None: ...


@st.composite
def patterns_and_paths(draw: st.DrawFn) -> tuple[str, str]:
    """A pattern of up to five parameters, and a path that it often matches."""
    pattern = path = "/" + draw(LITERALS)
    for name in "abcde"[: draw(st.integers(0, 5))]:
        kind = draw(st.sampled_from(list(TEXTS)))
        literal = draw(LITERALS)
        pattern += f"{{{name}{kind}}}{literal}"
        path += draw(TEXTS[kind]) + draw(NOISE) + literal
    return pattern, path + draw(NOISE)


def read(route: Route, path: str) -> dict[str, Any] | None:
    match, child_scope = route.matches({"type": "http", "method": "GET", "path": path})
    return None if match is Match.NONE else child_scope["path_params"]


def expected(route: Route, path: str) -> dict[str, Any] | None:
    match = route.path_regex.match(path)
    if match is None:
        return None
    return {name: route.param_convertors[name].convert(text) for name, text in match.groupdict().items()}


@settings(max_examples=EXAMPLES)
@given(patterns_and_paths())
def test_a_route_reads_what_its_expression_gives(drawn: tuple[str, str]) -> None:
    pattern, path = drawn
    route = Route(pattern, endpoint)
    assert read(route, path) == expected(route, path)


@settings(max_examples=EXAMPLES // 5)
@given(
    st.sampled_from(["/{a}-{b}", "/{a}.{b}.json", "/{a:int}{b:float}", "/{a:path}/{b}", "/{a:path}-{b:int}/{c:path}"]),
    st.lists(st.sampled_from(["-", ".", "1", "1.1", "/", "a", "-1/", "\n"]), min_size=40, max_size=90),
)
def test_a_long_path_is_read_as_a_short_one(pattern: str, pieces: list[str]) -> None:
    route = Route(pattern, endpoint)
    for tail in ("", ".json", "1", "/a"):
        path = "/" + "".join(pieces) * 4 + tail
        assert read(route, path) == expected(route, path)


def test_each_parameter_takes_all_it_can() -> None:
    assert read(Route("/{name}.{ext}", endpoint), "/a.tar.gz") == {"name": "a.tar", "ext": "gz"}
    assert read(Route("/{name}.{ext}", endpoint), "/" + "a." * 300 + "gz") == {"name": "a." * 299 + "a", "ext": "gz"}
    assert read(Route("/{a}{b}{c}{d:int}", endpoint), "/x1234") == {"a": "x1", "b": "2", "c": "3", "d": 4}
    assert read(Route("/{a:float}.{b:int}.{c}.{d}", endpoint), "/1.5.2.x.y") == {"a": 1.5, "b": 2, "c": "x", "d": "y"}
    route = Route("/{a}{b:uuid}{c}{d}", endpoint)
    assert read(route, f"/x{UUID_TEXT}yz") == {"a": "x", "b": UUID(UUID_TEXT), "c": "y", "d": "z"}
    assert read(Route("/{a}{b:uuid}{c:int}{d:int}", endpoint), f"/x{UUID_TEXT}-12") is None
    route = Route("/{a:float}{b:int}.{c}{d}", endpoint)
    assert read(route, "/12.5.78") == {"a": 1.0, "b": 2, "c": "5.7", "d": "8"}


def test_a_parameter_of_the_last_segment_is_read_without_an_expression() -> None:
    route = Route("/users/{id}", endpoint)
    assert read(route, "/users/7") == {"id": "7"}
    assert read(route, "/users/") is None
    assert read(route, "/users/7/") is None
    assert read(route, "/others/7") is None


def test_an_expression_that_was_put_in_its_place_decides() -> None:
    for pattern, path in [
        ("/Users", "/uSERS"),
        ("/Users/{id}", "/USERS/7"),
        ("/{a}-{b}-{c}-{d}/Users", "/a-b-c-d/USERS"),
    ]:
        route = Route(pattern, endpoint)
        route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
        assert read(route, path) == expected(route, path)
        assert read(route, path) is not None


def test_a_string_convertor_with_an_expression_of_its_own() -> None:
    lower = StringConvertor()
    lower.regex = "[a-z]+"  # type: ignore[misc]
    register_url_convertor("lower", lower)
    try:
        route = Route("/{name:lower}", endpoint)
        assert read(route, "/ann") == {"name": "ann"}
        assert read(route, "/Ann") is None
    finally:
        del CONVERTOR_TYPES["lower"]


def test_websocket_routes_read_alike() -> None:
    route = WebSocketRoute("/{room:int}", object())
    assert route.matches({"type": "websocket", "path": "/7"})[1]["path_params"] == {"room": 7}
