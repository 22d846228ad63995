from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
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
from asgi_types import ENCODED_SLASH

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
@pytest.mark.parametrize("arguments", ["", "()"])
def test_the_expressions_are_those_of_starlette(kind: str, regex: str, arguments: str) -> None:
    assert compile_path(f"/{{x:{kind}{arguments}}}")[2]["x"].regex == regex


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
        ("/{x:segment}", "/a b", "a b"),
        ("/{x:segment}", "/", "no match"),
        ("/{x:segment}", "/a/b", "no match"),
        ("/{x:str(2, 3)}", "/a", "no match"),
        ("/{x:str(2, 3)}", "/ab", "ab"),
        ("/{x:str(2, 3)}", "/abc", "abc"),
        ("/{x:str(2, 3)}", "/abcd", "no match"),
        ("/{x:str(2, 3)}.txt", "/abc.txt", "abc"),
        ("/{x:str(2, 3)}.txt", "/abcd.txt", "no match"),
        ("/{x:str(max_length=1)}", "/a", "a"),
        ("/{x:str(max_length=1)}", "/ab", "no match"),
        ("/{x:int(1, 12)}", "/0", "no match"),
        ("/{x:int(1, 12)}", "/1", 1),
        ("/{x:int(1, 12)}", "/012", 12),
        ("/{x:int(1, 12)}", "/13", "no match"),
        ("/{x:int(-5)}", "/0", 0),
        ("/{x:int(max=5)}", "/6", "no match"),
        ("/{x:float(0.5, 2)}", "/0.49", "no match"),
        ("/{x:float(0.5, 2)}", "/0.5", 0.5),
        ("/{x:float(0.5, 2)}", "/2", 2.0),
        ("/{x:float(0.5, 2)}", "/2.01", "no match"),
        ("/{x:date}", "/2024-02-29", date(2024, 2, 29)),
        ("/{x:date}", "/2026-02-30", "no match"),
        ("/{x:date}", "/0000-01-01", "no match"),
        ("/{x:date}", "/20240229", "no match"),
        ("/{x:date}", "/2024-02-29 ", "no match"),
        ("/{x:date}", "/2024-W09-4", "no match"),
    ],
)
def test_what_each_convertor_reads(pattern: str, path: str, value: object) -> None:
    assert read(pattern, path) == value


def test_a_number_that_python_cannot_hold_is_no_match() -> None:
    assert read("/{x:int}", "/" + "9" * 5000) == "no match"
    assert read("/{x:float}", "/" + "9" * 400) == "no match"
    with pytest.raises(ValueError, match=r"^Too large for a float\.$"):
        FloatConvertor().convert("9" * 400)


@pytest.mark.parametrize("name", ["str", "segment", "path"])
def test_text_stays_what_it_is(name: str) -> None:
    assert CONVERTOR_TYPES[name].convert("a%2Fb") == "a%2Fb"


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
        (CONVERTOR_TYPES["segment"], "a/b", f"a{ENCODED_SLASH}b"),
        (CONVERTOR_TYPES["segment"], 7, "7"),
        (CONVERTOR_TYPES["date"], date(2026, 2, 28), "2026-02-28"),
        (CONVERTOR_TYPES["date"], date(26, 2, 28), "0026-02-28"),
        (CONVERTOR_TYPES["date"], datetime(2026, 2, 28, 23, 59, tzinfo=UTC), "2026-02-28"),
        (StringConvertor(2, 3), "ab", "ab"),
        (StringConvertor(max_length=3), "abc", "abc"),
        (IntegerConvertor(1, 12), 12, "12"),
        (FloatConvertor(max=2), 2, "2"),
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
        (StringConvertor(), f"a{ENCODED_SLASH}b", "May not contain path separators"),
        (StringConvertor(2, 3), "a", "Its length must be at least 2 and at most 3"),
        (StringConvertor(2, 3), "abcd", "Its length must be at least 2 and at most 3"),
        (IntegerConvertor(1, 12), 0, "Must be at least 1 and at most 12"),
        (IntegerConvertor(1, 12), 13, "Must be at least 1 and at most 12"),
        (IntegerConvertor(-5), -1, "Negative integers are not supported"),
        (FloatConvertor(0.5), 0.25, "Must be at least 0.5 and at most inf"),
        (CONVERTOR_TYPES["segment"], "", "Must not be empty"),
        (CONVERTOR_TYPES["date"], "2026-02-28", "Must be a date"),
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


def test_a_subclass_may_leave_out_the_constructor_and_take_other_texts() -> None:
    class Signed(IntegerConvertor):
        regex = "-?[0-9]+"

        def __init__(self) -> None: ...

    class Anything(StringConvertor):
        regex = ".*"

    register_url_convertor("signed", Signed())
    register_url_convertor("anything", Anything())
    try:
        assert read("/{x:signed}", "/-7") == -7
        assert read("/{x:anything}", "/") == ""
    finally:
        del CONVERTOR_TYPES["signed"], CONVERTOR_TYPES["anything"]


@given(st.dates())
def test_dates_survive_a_path(day: date) -> None:
    convertor = CONVERTOR_TYPES["date"]
    text = convertor.to_string(day)
    assert re.fullmatch(convertor.regex, text)
    assert convertor.convert(text) == day
