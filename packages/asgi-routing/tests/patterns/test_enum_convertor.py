from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from enum import Enum, IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing import CONVERTOR_TYPES, Route, register_url_convertor
from asgi_routing._patterns.enum_convertor import EnumConvertor, alternatives


class Colour(Enum):
    RED = "red"
    DARK_RED = "dark.red"
    SCARLET = "red"  # noqa: PIE796 - an alias
    NUMBER = 7


class Level(IntEnum):
    LOW = 1
    HIGH = 10


async def endpoint(connection: object) -> None: ...


@pytest.fixture
def _registered() -> Iterator[None]:
    register_url_convertor("colour", EnumConvertor(Colour))
    register_url_convertor("level", EnumConvertor(Level))
    yield
    del CONVERTOR_TYPES["colour"], CONVERTOR_TYPES["level"]


def read(pattern: str, path: str) -> object:
    scope = {"type": "http", "method": "GET", "path": path}
    return Route(pattern, endpoint).matches(scope)[1].get("path_params", "no match")


@pytest.mark.parametrize(
    ("pattern", "path", "params"),
    [
        ("/{x:enum(red, green)}", "/red", {"x": "red"}),
        ("/{x:enum(red, green)}", "/Red", "no match"),
        ("/{x:enum(red, green)}", "/redgreen", "no match"),
        ("/{x:enum(red, green)}", "/red/", "no match"),
        ("/{x:enum(1, 2, True)}", "/2", {"x": "2"}),
        ("/{x:enum(1, 2, True)}", "/True", {"x": "True"}),
        ("/{x:enum('a.b', 'a b')}", "/a b", {"x": "a b"}),
        ("/{x:enum('a.b', 'a b')}", "/acb", "no match"),
        ("/{x:enum(a, ab)}{y}", "/abc", {"x": "ab", "y": "c"}),
        ("/{x:enum(a, ab)}{y}", "/ab", {"x": "a", "y": "b"}),
        ("/{x:colour}", "/red", {"x": Colour.RED}),
        ("/{x:colour}-{y:level}", "/dark.red-10", {"x": Colour.DARK_RED, "y": Level.HIGH}),
        ("/{x:colour}", "/7", {"x": Colour.NUMBER}),
        ("/{x:colour}", "/RED", "no match"),
        ("/{x:colour(red)}", "/red", {"x": "red"}),
    ],
)
@pytest.mark.usefixtures("_registered")
def test_what_is_read(pattern: str, path: str, params: object) -> None:
    assert read(pattern, path) == params


@pytest.mark.parametrize(
    ("convertor", "value", "text"),
    [
        (EnumConvertor("red", "green"), "green", "green"),
        (EnumConvertor("red", "green"), Colour.RED, "red"),
        (EnumConvertor(1, 2), 2, "2"),
        (EnumConvertor(Colour), Colour.SCARLET, "red"),
        (EnumConvertor(Colour), "dark.red", "dark.red"),
        (EnumConvertor(Level), Level.HIGH, "10"),
    ],
)
def test_what_is_written(convertor: EnumConvertor, value: object, text: str) -> None:
    assert convertor.to_string(value) == text


def test_a_value_that_is_no_alternative_cannot_stand_in_a_path() -> None:
    for value in ("blue", "", 7, Colour.DARK_RED, None):
        with pytest.raises(AssertionError, match=r"^Must be one of red, green$"):
            EnumConvertor("red", "green").to_string(value)


@pytest.mark.parametrize(
    ("of", "message"),
    [
        (("a/b",), "'a/b' is no part of a segment: each alternative needs some text without a slash"),
        (("a", ""), "'' is no part of a segment: each alternative needs some text without a slash"),
        ((1, "1"), "'1' stands twice: each alternative needs a text of its own"),
        ((Enum("Same", {"A": 1, "B": "1"}),), "'1' stands twice: each alternative needs a text of its own"),
    ],
)
def test_alternatives_that_could_not_be_told_apart(of: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        EnumConvertor(*of)


@pytest.mark.parametrize("of", [(1.50,), (Colour, Level), ("a", Colour)])
def test_alternatives_are_texts_or_one_class(of: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"^alternatives are texts, or one Enum class, not .*: quote a text$"):
        EnumConvertor(*of)


@given(st.lists(st.text(st.characters(exclude_characters="/"), min_size=1), min_size=1, unique=True), st.text())
def test_its_expression_matches_its_alternatives_only(texts: list[str], other: str) -> None:
    convertor = EnumConvertor(*texts)
    assert all(re.fullmatch(convertor.regex, text) for text in texts)
    assert bool(re.fullmatch(convertor.regex, other)) is (other in texts)
    assert sorted(alternatives(convertor)) == sorted(texts)


def test_only_an_expression_of_the_alternatives_is_known_to_be_one() -> None:
    convertor = copy(EnumConvertor("a", "b"))
    convertor.regex = "a|b|c"
    assert alternatives(convertor) == ()
    assert alternatives(CONVERTOR_TYPES["str"]) == ()
    assert alternatives(CONVERTOR_TYPES["enum"]) == ()
