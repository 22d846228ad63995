"""What a route reads from a path is what its regular expression and its convertors give, whichever way it reads."""

from __future__ import annotations

import decimal
import os
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_routing import (
    CONVERTOR_TYPES,
    Convertor,
    EnumConvertor,
    FloatConvertor,
    IntegerConvertor,
    Match,
    RegexConvertor,
    Route,
    Router,
    SegmentConvertor,
    StringConvertor,
    WebSocketRoute,
    compile_path,
    register_url_convertor,
)
from asgi_routing._patterns.path_reader import PathReader, encoded_path_reader, path_reader
from asgi_types import ENCODED_SLASH, Response

EXAMPLES = int(os.environ.get("SHINE_EXAMPLES", "500"))

UUID_TEXT = "0b15f4a9-f1c0-4d4e-8d2c-7d3d0e1c0b0a"

TEXTS = {
    "": st.text(st.sampled_from("a1.-{"), min_size=1, max_size=4),
    ":str": st.text(st.sampled_from("b2.-\n"), min_size=1, max_size=4),
    ":path": st.text(st.sampled_from("a1./-"), max_size=4),
    ":int": st.text(st.sampled_from("01"), min_size=1, max_size=3),
    ":float": st.sampled_from(["1", "1.1", "11.", "12.25"]),
    ":uuid": st.sampled_from([UUID_TEXT, UUID_TEXT.replace("-", ""), UUID_TEXT.upper()]),
    ":str(2, max_length=3)": st.text(st.sampled_from("a1.-"), min_size=1, max_size=4),
    ":int(min=5, max=20)": st.sampled_from(["4", "5", "11", "020", "21"]),
    ":float(max=1.5)": st.sampled_from(["1", "1.5", "1.51"]),
    ":date": st.sampled_from(["2024-02-29", "2025-02-29", "2025-12-31"]),
    ":enum(a, ab, 'ab-', 'ab-1', 1, '.')": st.sampled_from(["a", "ab", "ab-", "ab-1", "1", ".", "b"]),
    ":regex([a-z]+[0-9]?)": st.sampled_from(["a", "b1", "1"]),
    ":segment": st.text(st.sampled_from("b2.-\n"), min_size=1, max_size=4),
}
LITERALS = st.sampled_from(["", "/", "-", ".", "1", "a", "--", "{", "/a/", "\n"])
NOISE = st.sampled_from(["", "", "", "", "/", "\n", "1", "-", "."])


DIVIDED = [
    *("/{a}-{b}", "/{a}.{b}.json", "/{a:int}{b:float}", "/{a:path}/{b}", "/{a:path}-{b:int}/{c:path}"),
    *("/{a}-{b:enum(a, '1.1', 1, '1.1.')}.{c}", "/{a:enum('-', '--')}{b:str(9, 900)}{c:segment}"),
]
"""Patterns whose parameters may end at several places."""


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
    return converted(match and match.groupdict(), route.param_convertors)


def converted(texts: dict[str, str] | None, convertors: dict[str, Convertor[Any]]) -> dict[str, Any] | None:
    try:
        return texts and {name: convertors[name].convert(text) for name, text in texts.items()}
    except (ValueError, LookupError):
        return None


@settings(max_examples=EXAMPLES)
@given(patterns_and_paths())
def test_a_route_reads_what_its_expression_gives(drawn: tuple[str, str]) -> None:
    pattern, path = drawn
    route = Route(pattern, endpoint)
    assert read(route, path) == expected(route, path)


@settings(max_examples=EXAMPLES // 5)
@given(
    st.sampled_from(DIVIDED),
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
    lower.regex = "[a-z]+"
    register_url_convertor("lower", lower)
    try:
        route = Route("/{name:lower}", endpoint)
        assert read(route, "/ann") == {"name": "ann"}
        assert read(route, "/Ann") is None
    finally:
        del CONVERTOR_TYPES["lower"]


def changed(convertor: Convertor[Any], regex: str) -> Convertor[Any]:
    convertor.regex = regex
    return convertor


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("convertor", "path", "params"),
    [
        (changed(StringConvertor(), ".+"), "/x/y/z", {"a": "y/z"}),
        (changed(StringConvertor(1, 3), ".+"), "/x/y/z", {"a": "y/z"}),
        (changed(SegmentConvertor(), ".+"), "/x/y/z", {"a": "y/z"}),
        (changed(RegexConvertor("[a-z/]+"), ".+"), "/x/y/z", {"a": "y/z"}),
        (changed(EnumConvertor("y", "z"), "y/?z?"), "/x/y/z", None),
        (changed(EnumConvertor("y", "z"), "y/?z?"), "/x/y", {"a": "y"}),
        (changed(IntegerConvertor(), "[0-9]+/?"), "/x/7/8", None),
        (changed(IntegerConvertor(), "[0-9_]+"), "/x/7_8", {"a": 78}),
        (changed(FloatConvertor(), "[0-9]+/?"), "/x/7/8", None),
    ],
)
async def test_a_convertor_of_ours_with_another_expression_may_match_slashes(
    drive: Any, convertor: Convertor[Any], path: str, params: dict[str, Any] | None
) -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await Response(repr(scope["path_params"]))(scope, receive, send)

    register_url_convertor("changed", convertor)
    try:
        answered = await drive.request(Router([Route("/x/{a:changed}", answer)]), path)
    finally:
        del CONVERTOR_TYPES["changed"]
    expected_answer = (404, "Not Found") if params is None else (200, repr(params))
    assert (answered.status, answered.text) == expected_answer


def test_websocket_routes_read_alike() -> None:
    route = WebSocketRoute("/{room:int}", object())
    assert route.matches({"type": "websocket", "path": "/7"})[1]["path_params"] == {"room": 7}


class Refusing(Convertor[str]):
    """Raises what it was made with."""

    regex = "[^/]+"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def convert(self, value: str) -> str:
        raise self.error


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    convertor = Refusing(ValueError())
    register_url_convertor("refusing", convertor)
    yield convertor
    del CONVERTOR_TYPES["refusing"]


@pytest.mark.parametrize(
    "error",
    [ValueError(), UnicodeError(), decimal.InvalidOperation(), ZeroDivisionError(), KeyError(), IndexError()],
    ids=repr,
)
def test_a_value_that_a_convertor_refuses_is_a_miss(refusing: Refusing, error: Exception) -> None:
    refusing.error = error
    assert read(Route("/{x:refusing}", endpoint), "/7") is None


@pytest.mark.parametrize("error", [TypeError("bug"), AttributeError("bug"), RuntimeError("bug")], ids=repr)
def test_any_other_exception_of_a_convertor_is_a_bug(refusing: Refusing, error: Exception) -> None:
    refusing.error = error
    with pytest.raises(type(error), match="bug"):
        read(Route("/{x:refusing}", endpoint), "/7")


def encoded(pattern: str) -> PathReader:
    return encoded_path_reader(*compile_path(pattern))


@pytest.mark.parametrize(
    ("pattern", "path", "params"),
    [
        ("/tags/{x}", "/tags/CI%CD", {"x": "CI/CD"}),
        ("/tags/{x:segment}", "/tags/%", {"x": "/"}),
        ("/tags/{x:path}", "/tags/a%b/c", {"x": "a/b/c"}),
        ("/tags/{x:str(2, 3)}", "/tags/a%b", {"x": "a/b"}),
        ("/tags/{x:str(2, 3)}", "/tags/a%bc", None),
        ("/tags/{x:regex(a/b|c)}", "/tags/a%b", {"x": "a/b"}),
        ("/tags/{x:int}-{y}", "/tags/7-%", {"x": 7, "y": "/"}),
        ("/tags/{x:int}", "/tags/7%8", None),
        ("/tags/{x}", "/tags%CI", None),
        ("/tags/{x}", "/tags/a%b/c", None),
        ("/a/b", "/a%b", None),
        ("/a/b", "/a/b%", None),
    ],
)
def test_an_encoded_slash_is_data(pattern: str, path: str, params: dict[str, Any] | None) -> None:
    assert encoded(pattern)(path.replace("%", ENCODED_SLASH)) == params


@settings(max_examples=EXAMPLES)
@given(patterns_and_paths(), st.integers(0, 9))
def test_an_encoded_path_is_read_as_its_expression_gives(drawn: tuple[str, str], slash: int) -> None:
    pattern, path = drawn
    path = path[:slash] + path[slash:].replace("-", ENCODED_SLASH)
    regex, path_format, convertors = compile_path(pattern)
    match = regex.match(path)
    texts = match and {name: text.replace(ENCODED_SLASH, "/") for name, text in match.groupdict().items()}
    assert encoded_path_reader(regex, path_format, convertors)(path) == converted(texts, convertors)


def test_a_long_encoded_path_is_read_as_a_short_one() -> None:
    assert encoded("/{a}-{b}")("/" + f"-{ENCODED_SLASH}" * 300) == {"a": "-/" * 299, "b": "/"}


@pytest.mark.parametrize(
    ("pattern", "host", "params"),
    [
        ("", "", {}),
        ("", "a", None),
        ("API.example.org:8000", "api.EXAMPLE.org", {}),
        ("api.example.org:8000", "api.example.org:8000", None),
        ("api.example.org", "api-example.org", None),
        ("{x}.example.org", "Shine.example.ORG", {"x": "Shine"}),
        ("{x}.example.org", "example.org", None),
        ("{x:int(1)}.example.org:80", "7.example.org", {"x": 7}),
        ("a/{x}", "A/b", {"x": "b"}),
        ("{x:enum(de, en)}.org", "de.org", {"x": "de"}),
        ("{x:enum(de, en)}.org", "DE.org", None),
    ],
)
def test_a_host_is_read_in_upper_and_lower_case(pattern: str, host: str, params: dict[str, Any] | None) -> None:
    assert path_reader(*compile_path(pattern))(host) == params


@settings(max_examples=EXAMPLES)
@given(patterns_and_paths(), st.sampled_from(["", "." * 70]))
def test_a_host_pattern_reads_what_its_expression_gives(drawn: tuple[str, str], dots: str) -> None:
    pattern, host = f"K{drawn[0][1:]}.org:80", f"k{drawn[1][1:].upper()}{dots}.oRG"
    regex, host_format, convertors = compile_path(pattern)
    match = regex.match(host)
    assert path_reader(regex, host_format, convertors)(host) == converted(match and match.groupdict(), convertors)
