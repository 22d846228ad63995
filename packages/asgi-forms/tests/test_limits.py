"""Limits: their names, values and defaults. What each of them does is tested with the parser that keeps it."""

import math

import pytest

from asgi_forms import FormLimits, FormParser, MultiPartParser, form
from asgi_forms._limits import DEFAULT_LIMITS, LIMIT_NAMES, Limits, given_limits, size_text
from asgi_types import Headers

MIB = 1024 * 1024


def test_the_defaults():
    assert vars(Limits()) == {
        "max_fields": 1000,
        "max_files": 1000,
        "max_part_size": MIB,
        "max_total_field_size": 20 * MIB,
        "max_file_size": 200 * MIB,
        "max_total_file_size": 200 * MIB,
        "max_name_size": 1024,
        "max_headers": 8,
        "max_header_size": 4224,
    }


def test_every_limit_has_a_value_and_a_name():
    assert set(vars(Limits())) == set(Limits.__annotations__) == set(FormLimits.__annotations__) == LIMIT_NAMES
    assert LIMIT_NAMES - set(DEFAULT_LIMITS) == {"max_total_file_size"}


def test_all_files_have_at_least_what_one_has():
    assert Limits({"max_file_size": 5}).max_total_file_size == 200 * MIB
    assert Limits({"max_file_size": 300 * MIB}).max_total_file_size == 300 * MIB
    assert Limits({"max_file_size": 300 * MIB, "max_total_file_size": 7}).max_total_file_size == 7
    assert Limits({"max_total_file_size": 7}, {"max_file_size": 5}).max_total_file_size == 7


def test_a_later_layer_goes_before_an_earlier_one():
    limits = Limits({"max_fields": 1, "max_files": 2}, {"max_fields": 3})
    assert (limits.max_fields, limits.max_files, limits.max_headers) == (3, 2, 8)
    assert Limits().max_fields == 1000


@pytest.mark.parametrize("name", sorted(LIMIT_NAMES))
def test_none_is_no_limit_given_and_infinity_is_no_limit(name):
    assert given_limits({name: None}) == {}
    assert given_limits({name: math.inf}) == {name: math.inf}
    assert given_limits({name: 0}) == {name: 0}


@pytest.mark.parametrize("name", sorted(LIMIT_NAMES))
def test_a_number_that_no_size_reaches_is_no_limit(name):
    for limit in (2**63 + 1, 10**400, 1e300):
        assert given_limits({name: limit}) == {name: math.inf}
    assert given_limits({name: 2**63}) == {name: 2**63}


BAD = [-1, -0.5, -math.inf, math.nan, True, False, "10", b"", [], object]


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize("name", sorted(LIMIT_NAMES))
def test_what_is_no_limit_is_a_value_error(name, bad):
    with pytest.raises(ValueError, match=rf"{name} is .*: give a number of at least 0, or math\.inf for no limit."):
        given_limits({name: bad})


async def no_body():
    yield b""


ENTRANCES = {
    "form": lambda **limits: form({"type": "http", "headers": []}, None, **limits),
    "MultiPartParser": lambda **limits: MultiPartParser(Headers(), no_body(), **limits),
    "FormParser": lambda **limits: FormParser(Headers(), no_body(), **limits),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_wrong_limit_is_told_where_it_is_given(entrance):
    with pytest.raises(TypeError, match=r"'max_filesize' is not a limit of forms; these are: .*max_file_size.*"):
        ENTRANCES[entrance](max_filesize=1)
    with pytest.raises(ValueError, match="max_file_size is '1 MB': give a number"):
        ENTRANCES[entrance](max_file_size="1 MB")


ATTRIBUTES = [
    *((MultiPartParser, name) for name in ("max_files", "max_fields", "max_part_size")),
    *((FormParser, name) for name in ("max_fields", "max_part_size")),
]


@pytest.mark.parametrize(("parser_class", "name"), ATTRIBUTES)
def test_a_limit_of_a_parser_is_an_attribute_as_of_starlettes(parser_class, name):
    assert getattr(parser_class, name) == DEFAULT_LIMITS[name]
    parser, other = parser_class(Headers(), no_body()), parser_class(Headers(), no_body(), **{name: 5})
    assert (getattr(parser, name), getattr(other, name)) == (DEFAULT_LIMITS[name], 5)
    setattr(parser, name, 7)
    setattr(other, name, math.inf)
    assert (getattr(parser, name), getattr(other, name)) == (7, math.inf)
    assert getattr(parser_class(Headers(), no_body()), name) == DEFAULT_LIMITS[name]
    setattr(other, name, 2**64)
    assert getattr(other, name) == math.inf


@pytest.mark.parametrize(("parser_class", "name"), ATTRIBUTES)
def test_an_attribute_that_is_set_leaves_the_other_limits_and_takes_only_a_limit(parser_class, name):
    others = {other: 9 for other in LIMIT_NAMES if other != name}
    parser = parser_class(Headers(), no_body(), **others)
    setattr(parser, name, 7)
    assert vars(parser._limits) == {**others, name: 7}
    with pytest.raises(ValueError, match=f"{name} is -1: give a number"):
        setattr(parser, name, -1)
    assert getattr(parser, name) == 7


async def test_parse_form_tells_of_a_wrong_limit_before_it_receives(upload):
    for limits, error in (({"max_parts": 1}, TypeError), ({"max_fields": -1}, ValueError)):
        request = upload(b"a=1")
        with pytest.raises(error):
            await request.parse(**limits)
        assert request.chunks_left == [b"a=1"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1KB"), (1025, "1025 bytes"), (2**20, "1024KB"), (1024.0, "1KB")],
)
def test_a_size_is_told_in_kib_where_it_is_a_whole_number_of_them(size, text):
    assert size_text(size) == text
