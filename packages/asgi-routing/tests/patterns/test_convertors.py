from __future__ import annotations

import math
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_routing import (
    CONVERTOR_TYPES,
    Convertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    Route,
    StringConvertor,
    UUIDConvertor,
    compile_path,
    register_url_convertor,
)

PLAIN = "0b15f4a9f1c04d4e8d2c7d3d0e1c0b0a"
HYPHENATED = "0b15f4a9-f1c0-4d4e-8d2c-7d3d0e1c0b0a"


async def endpoint(connection: object) -> None: ...


class HexConvertor(Convertor[int]):
    regex = "[0-9a-f]+"

    def convert(self, value: str) -> int:
        return int(value, 16)

    def to_string(self, value: int) -> str:
        return f"{value:x}"


@pytest.fixture
def hex_convertor() -> Iterator[None]:
    register_url_convertor("hex", HexConvertor())
    yield
    del CONVERTOR_TYPES["hex"]


def read(pattern: str, path: str) -> object:
    """The parameter ``x`` that a route reads from a path, or "no match"."""
    scope = {"type": "http", "method": "GET", "path": path}
    return Route(pattern, endpoint).matches(scope)[1].get("path_params", {}).get("x", "no match")


@pytest.mark.parametrize(
    ("kind", "regex"),
    [
        ("str", "[^/]+"),
        ("path", ".*"),
        ("int", "[0-9]+"),
        ("float", r"[0-9]+(\.[0-9]+)?"),
        ("uuid", "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"),
    ],
)
def test_the_expressions_are_those_of_starlette(kind: str, regex: str) -> None:
    assert CONVERTOR_TYPES[kind].regex == regex


@pytest.mark.parametrize(
    ("pattern", "path", "value"),
    [
        ("/{x}", "/shine", "shine"),
        ("/{x}", "/", "no match"),
        ("/{x}", "/a/b", "no match"),
        ("/{x}", "/a\nb", "a\nb"),
        ("/{x:str}", "/a b", "a b"),
        ("/{x:path}", "/", ""),
        ("/{x:path}", "/a//b/", "a//b/"),
        ("/{x:int}", "/007", 7),
        ("/{x:int}", "/-7", "no match"),
        ("/{x:int}", "/\u0663", "no match"),
        ("/{x:int}", "/1_000", "no match"),
        ("/{x:float}", "/7", 7.0),
        ("/{x:float}", "/7.25", 7.25),
        ("/{x:float}", "/7.", "no match"),
        ("/{x:float}", "/.5", "no match"),
        ("/{x:float}", "/1e3", "no match"),
        ("/{x:uuid}", f"/{PLAIN}", UUID(PLAIN)),
        ("/{x:uuid}", f"/{HYPHENATED.upper()}", UUID(PLAIN)),
        ("/{x:uuid}", f"/{PLAIN}0", "no match"),
        ("/{x:uuid}", f"/{{{HYPHENATED}}}", "no match"),
    ],
)
def test_what_each_convertor_reads(pattern: str, path: str, value: object) -> None:
    assert read(pattern, path) == value


def test_a_number_that_python_cannot_hold_is_no_match() -> None:
    assert read("/{x:int}", "/" + "9" * 5000) == "no match"
    assert read("/{x:float}", "/" + "9" * 400) == "no match"
    with pytest.raises(ValueError, match=r"^Too large for a float\.$"):
        FloatConvertor().convert("9" * 400)


@pytest.mark.parametrize(
    ("convertor", "value", "text"),
    [
        (StringConvertor(), "a b", "a b"),
        (StringConvertor(), 7, "7"),
        (PathConvertor(), "a/b/", "a/b/"),
        (PathConvertor(), "", ""),
        (IntegerConvertor(), 42, "42"),
        (IntegerConvertor(), "42", "42"),
        (IntegerConvertor(), 0, "0"),
        (FloatConvertor(), 0, "0"),
        (FloatConvertor(), 100.0, "100"),
        (FloatConvertor(), 0.5, "0.5"),
        (FloatConvertor(), 1e-7, "0.0000001"),
        (UUIDConvertor(), UUID(PLAIN), HYPHENATED),
    ],
)
def test_what_each_convertor_writes(convertor: Convertor[object], value: object, text: str) -> None:
    assert convertor.to_string(value) == text


@pytest.mark.parametrize(
    ("convertor", "value", "message"),
    [
        (StringConvertor(), "a/b", "May not contain path separators"),
        (StringConvertor(), "", "Must not be empty"),
        (IntegerConvertor(), -1, "Negative integers are not supported"),
        (FloatConvertor(), -0.5, "Negative floats are not supported"),
        (FloatConvertor(), math.nan, "NaN values are not supported"),
        (FloatConvertor(), math.inf, "Infinite values are not supported"),
        (FloatConvertor(), -math.inf, "Infinite values are not supported"),
    ],
)
def test_values_that_cannot_stand_in_a_path(convertor: Convertor[object], value: object, message: str) -> None:
    with pytest.raises(AssertionError, match=f"^{message}$"):
        convertor.to_string(value)


@given(st.integers(0), st.floats(0, 1e15).filter(lambda x: x == 0 or x > 1e-5), st.uuids())
def test_numbers_and_uuids_survive_a_path(integer: int, number: float, uuid: UUID) -> None:
    assert IntegerConvertor().convert(IntegerConvertor().to_string(integer)) == integer
    assert FloatConvertor().convert(FloatConvertor().to_string(number)) == pytest.approx(number)
    assert UUIDConvertor().convert(UUIDConvertor().to_string(uuid)) == uuid


@given(st.floats(0, allow_infinity=False))
def test_every_written_float_is_one_that_is_read(number: float) -> None:
    assert re.fullmatch(FloatConvertor.regex, FloatConvertor().to_string(number)) is not None


@pytest.mark.usefixtures("hex_convertor")
def test_a_registered_convertor_is_known_to_new_patterns() -> None:
    route = Route("/colours/{x:hex}", endpoint, name="colour")
    scope = {"type": "http", "method": "GET", "path": "/colours/ff8000"}
    assert route.matches(scope)[1]["path_params"] == {"x": 0xFF8000}
    assert route.url_path_for("colour", x=255) == "/colours/ff"


def test_an_unregistered_convertor_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError, match=r"^Unknown path convertor 'hex'$"):
        compile_path("/{x:hex}")


def test_the_interface_is_for_subclasses_to_define() -> None:
    convertor: Convertor[str] = Convertor()
    assert convertor.regex == ""
    with pytest.raises(NotImplementedError):
        convertor.convert("a")
    with pytest.raises(NotImplementedError):
        convertor.to_string("a")
