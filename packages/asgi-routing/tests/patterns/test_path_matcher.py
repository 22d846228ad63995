"""Patterns with convertors of one's own: they match what their expression does, and the rest in linear time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from asgi_routing import Convertor, Match, Route, compile_path, register_url_convertor
from asgi_routing._patterns.path_matcher import path_matcher
from asgi_routing._patterns.path_reader import encoded_path_reader
from asgi_types import ENCODED_SLASH

EXAMPLES = int(os.environ.get("SHINE_EXAMPLES", "500"))
KIB = 1024

# By their expressions: texts that these convertors match, and some that they do not.
OWN = {
    "slug": ("[a-z0-9]+", ["a", "1", "ab1", "-"]),
    "deep": ("[ab1/-]+", ["a/b", "/", "--", "a-1/"]),
    "maybe": ("(?:a|b/)?", ["", "a", "b/"]),
    "grouped": ("([ab]/?)+", ["a/b", "ab", "b/"]),
    "ahead": ("[^/]+(?=/b|-)", ["a", "-"]),
    "behind": ("(?<=/)[ab1]*(?<!b)", ["a1", "b", ""]),
    "end": (".*$", ["", "a/b"]),
    "named": ("(?P<quote>[ab1-])(?:/|(?P=quote))*", ["a", "a/a", "--", "b/a"]),
    "first": (r"([ab])\1*", ["a", "aa", "bbb"]),
    "second": (r"([ab])\2*", ["a", "aa", "bbb"]),
    "open": ("a)|(?:/1", ["a", "/1"]),
    "other": ("[^/]+|(?P=a)/", ["a", "a/"]),
    "either": ("(?(1)[ab]|1)", ["a", "1"]),
}
KNOWN = {
    "str": ["a", "-", "a-b", "1--"],
    "path": ["", "a/b", "/-/", "\n"],
    "int": ["1", "12"],
    "float": ["1", "1.1"],
    "enum(a, ab, '-', 1)": ["a", "ab", "-", "b"],
    "str(1, 3)": ["a-b", "----"],
    "regex([a-z]+)": ["a", "1"],
}
TEXTS = {**KNOWN, **{kind: texts for kind, (_, texts) in OWN.items()}}
OUTER = st.sampled_from([*KNOWN.keys() - {"path"}, "str", "str", "str"])
INNER = st.sampled_from([*TEXTS, "slug", "deep"])
LITERALS = st.sampled_from(["", "-", "-", "a", "1", "--"])
NOISE = st.sampled_from(["", "", "", "", "/", "-", "\n"])


class Own(Convertor[str]):
    def __init__(self, regex: str) -> None:
        self.regex = regex

    def convert(self, value: str) -> str:
        return value


@pytest.fixture(scope="module", autouse=True)
def convertors(own_convertors: None) -> None:
    for kind, (regex, _) in OWN.items():
        register_url_convertor(kind, Own(regex))


async def endpoint(connection: object) -> None: ...


@st.composite
def patterns_and_paths(draw: st.DrawFn) -> tuple[str, str]:
    """A pattern with convertors of one's own between others, and a path that it often matches."""
    pattern = path = ""
    names = iter("abcdefghijklmnopqr")
    outer = st.integers(0, 2)
    for kinds in [*[OUTER] * draw(outer), *[INNER] * draw(st.integers(1, 2)), *[OUTER] * draw(outer)]:
        pattern += "/"
        path += "/"
        for _ in range(draw(st.integers(0, 3))):
            kind = draw(kinds)
            literal = draw(LITERALS)
            pattern += f"{{{next(names)}:{kind}}}{literal}"
            path += draw(st.sampled_from(TEXTS[kind])) + draw(NOISE) + literal
    return pattern, path


@settings(max_examples=2 * EXAMPLES)
@given(patterns_and_paths())
def test_a_path_is_divided_as_the_whole_expression_divides_it(drawn: tuple[str, str]) -> None:
    pattern, path = drawn
    try:
        regex, path_format, convertors = compile_path(pattern)
    except re.error:  # some refer to groups that are not there
        reject()
    # Short paths of few parameters are left to the expression.
    path = path.replace("-", "-" * {2: 300, 3: 30}.get(len(convertors), 1))
    found, expected = path_matcher(regex, path_format, convertors)(path), regex.match(path)
    assert (found and found.groupdict()) == (expected and expected.groupdict())


@pytest.mark.parametrize(
    ("pattern", "path", "params"),
    [
        ("/{a}-{b}/{c:deep}/{d}-{e}", "/1-2-3/a/b/4-5-6", {"a": "1-2", "b": "3", "c": "a/b", "d": "4-5", "e": "6"}),
        ("/{a}-{b}/{c:slug}/x/{d:deep}/y", "/-/a/x/a/x/a/y", None),
        ("/{a}-{b}/{c:slug}/x/{d:deep}/y", "/---/a/x/a/b/y", {"a": "-", "b": "-", "c": "a", "d": "a/b"}),
        ("/{a:slug}/{b}-{c}-{d}", "/a/1-2/3", None),
        ("/{a:slug}/{b}-{c}-{d}", "/a/1-2", None),
        ("/{a:slug}/{b}-{c}-{d}", "a/1-2-3", None),
        ("/{a}-{b}-{c}/{d:slug}", "/1-2-3", None),
        ("/{a}-{b}-{c}/{d:slug}", "", None),
        ("/{a}-{b}-{c}/{d:grouped}", "/1-2-3/a/b", {"a": "1", "b": "2", "c": "3", "d": "a/b"}),
        ("/{a}-{b}-{c}/{d:named}", "/1-2-3/aa", {"a": "1", "b": "2", "c": "3", "d": "aa", "quote": "a"}),
        ("/{a}-{b}-{c}/{d:first}", "/1-2-3/a11", {"a": "1", "b": "2", "c": "3", "d": "a11"}),
        ("/{a}-{b}-{c}/{d:first}", "/1-2-3/aa", None),
        ("/{a:second}/{b}-{c}-{d}", "/aaa/1-2-3", {"a": "aaa", "b": "1", "c": "2", "d": "3"}),
        ("/{a}-{b}-{c}/{d:either}", "/1-2-3/a", {"a": "1", "b": "2", "c": "3", "d": "a"}),
        ("{a}-{b}-{c}.Org/{d:slug}", "1-2-3.oRG/A", {"a": "1", "b": "2", "c": "3", "d": "A"}),  # as one of hosts
        ("/{a}-{b}-{c}/{d:other}", "/1-2-3/1/", {"a": "1", "b": "2", "c": "3", "d": "1/"}),
    ],
)
def test_what_is_matched_by_itself_and_what_is_not(pattern: str, path: str, params: dict[str, str] | None) -> None:
    found = path_matcher(*compile_path(pattern))(path)
    assert (found and found.groupdict()) == params


def misses(pattern: str) -> Callable[[str], None]:
    route = Route(pattern, endpoint)

    def match(path: str) -> None:
        assert route.matches({"type": "http", "method": "GET", "path": path})[0] is Match.NONE

    return match


@pytest.mark.parametrize(
    ("pattern", "before", "after"),
    [
        ("/{s:slug}/{a}-{b}-{c}.json", "/x/", ""),
        ("/{s:slug}/{b}-{c}.json", "/x/", ""),
        ("/{a}-{b}.x/{s:slug}", "/", "/x"),
        ("/{a}-{b}-{c}/{s:slug}", "/", "/X"),
        ("/{a}-{b}-{c}/{s:deep}/x/{d:slug}/{e}-{f}.json", "/1-2-3/a/b/x/y/", ""),
        ("/{a}-{b}/{c:int}-{d:int}x/{e:slug}/{f:path}/{g}-{h}.json", "/-/-/", "/a/b/c"),
        ("/{p:path}/{s:grouped}/{a}-{b}-{c}.json", "/x/a/", ""),
    ],
)
def test_what_is_beside_a_convertor_of_ones_own_takes_linear_time(
    assert_linear: Any, pattern: str, before: str, after: str
) -> None:
    assert_linear(misses(pattern), lambda n: before + "-" * n + after, 16 * KIB)
    encoded = encoded_path_reader(*compile_path(pattern))
    assert_linear(encoded, lambda n: before + f"-{ENCODED_SLASH}" * (n // 2) + after, 16 * KIB)
