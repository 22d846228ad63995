"""The codec that is there by default, what others raise, and text as UTF-8."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types.json_codec import JSONCodec, decoding_error, encoded_text, standard_codec, unicode_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


# The pair


def test_a_codec_is_frozen_and_small() -> None:
    codec: Any = JSONCodec(json.dumps, json.loads)
    with pytest.raises(AttributeError):
        codec.encode = None
    with pytest.raises(AttributeError):
        codec.other = None
    assert codec == JSONCodec(encode=json.dumps, decode=json.loads)
    encode, decode = codec
    assert (encode, decode) == (json.dumps, json.loads)


# In


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "\\u00e9"]}', {"a": [1, 2.5, None, True, "\xe9"]}),
        ('{"a": [1, 2.5, null, true, "\xe9"]}', {"a": [1, 2.5, None, True, "\xe9"]}),
        ('"\xe9"'.encode(), "\xe9"),
        ('"\xe9"'.encode("utf-8-sig"), "\xe9"),
        ('"\xe9"'.encode("utf-16"), "\xe9"),
        ('"\xe9"'.encode("utf-32-be"), "\xe9"),
        ('"\xe9"', "\xe9"),
        (b" 1 ", 1),
        (" 1 ", 1),
        (b"null", None),
        ("null", None),
        ('"\\ud800"', "\ud800"),
        ('"\ud800"', "\ud800"),
    ],
)
def test_json_in_its_encodings_and_as_text(text: Any, value: Any) -> None:
    assert standard_codec.decode(text) == value


@pytest.mark.parametrize(
    ("text", "msg", "pos"),
    [
        ("", "Expecting value", 0),
        ("{]", "Expecting property name enclosed in double quotes", 1),
        ("1\n2", "Extra data", 2),
        ('"a\nb"', "Invalid control character at", 2),
        ("\ufeff\ufeff1", "Expecting value", 0),
    ],
)
def test_what_is_no_json_has_a_place(text: str, msg: str, pos: int) -> None:
    for given_text in (text, text.encode("utf-8-sig")):
        with pytest.raises(json.JSONDecodeError) as caught:
            standard_codec.decode(given_text)
        assert (caught.value.msg, caught.value.doc, caught.value.pos) == (msg, text, pos)
        assert decoding_error(caught.value) is caught.value


@pytest.mark.parametrize(
    ("text", "msg"),
    [
        ("1" * 5000, "Number with too many digits"),
        ("NaN", "NaN is not JSON"),
        ("[Infinity]", "Infinity is not JSON"),
        ('{"a": -Infinity}', "-Infinity is not JSON"),
    ],
)
def test_what_only_python_takes_and_what_it_does_not_have_no_place(text: str, msg: str) -> None:
    for given_text in (text, text.encode()):
        with pytest.raises(json.JSONDecodeError) as caught:
            standard_codec.decode(given_text)
        assert (caught.value.msg, caught.value.doc, caught.value.pos) == (msg, "", 0)
        assert caught.value.__cause__ is None


def test_too_many_digits_do_not_show_how_it_came_about() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        standard_codec.decode("1" * 5000)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, b"[" * 200_000])
def test_what_is_nested_too_deeply_is_an_error(text: Any) -> None:
    with pytest.raises(RecursionError):
        standard_codec.decode(text)


@pytest.mark.parametrize("text", [b"\xff", b'"caf\xe9"', b'\x00"\x00a\x00'])
def test_bytes_in_no_encoding_are_an_error(text: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        standard_codec.decode(text)


@given(st.binary(max_size=40) | st.text(max_size=40) | st.text('{}[]",:0eE-.\\u \n', max_size=40))
def test_any_text_is_a_value_or_a_value_error(text: Any) -> None:
    with suppress(ValueError, RecursionError):
        standard_codec.decode(text)


@given(st.text('{}[]",:0eE-.\\unltrfas \n', max_size=40) | st.text(max_size=20))
def test_text_is_read_as_its_bytes_are(text: str) -> None:
    def result(given_text: Any) -> object:
        try:
            return standard_codec.decode(given_text)
        except ValueError as error:
            return repr(error)

    # Marked, since the encoding of a text as short as NUL is told by where its zeros are.
    assert result(text) == result(text.encode("utf-8-sig"))


@given(VALUES, st.sampled_from(ENCODINGS))
def test_any_json_is_its_value(value: Any, encoding: str) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert standard_codec.decode(text) == value
        assert standard_codec.decode(text.encode(encoding)) == value


def test_a_number_beyond_the_range_of_a_float_is_infinity_which_is_not_written() -> None:
    value = standard_codec.decode("[1e999, -1e999]")
    assert value == [float("inf"), float("-inf")]
    with pytest.raises(ValueError, match="Out of range"):
        standard_codec.encode(value)


# Out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "\xfc": [1.5, None, True]}, '{"a":1,"\xfc":[1.5,null,true]}'),
        ("\N{PILE OF POO} </script>", '"\N{PILE OF POO} </script>"'),
        (None, "null"),
        ({1: "key", None: "null"}, '{"1":"key","null":"null"}'),
        ((1, 2), "[1,2]"),
        ("\ud800", '"\ud800"'),
    ],
)
def test_json_is_compact_text(value: Any, text: str) -> None:
    assert standard_codec.encode(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")], {"a": {"b": float("nan")}}])
def test_nan_and_infinity_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        standard_codec.encode(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", {(1, 2): 3}])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        standard_codec.encode(value)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_a_circle_and_what_is_nested_too_deeply_are_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    for value in (circle, {"a": circle}, nested(200_000)):
        with pytest.raises(ValueError, match="what holds itself, or is nested too deeply") as caught:
            standard_codec.encode(value)
        assert caught.value.__suppress_context__


def test_a_refused_value_does_not_spoil_the_next() -> None:
    value = [float("nan")]
    for _ in range(2):
        with pytest.raises(ValueError, match="Out of range"):
            standard_codec.encode(value)
    value[0] = 1.0
    assert standard_codec.encode(value) == "[1.0]"


@given(VALUES)
def test_what_goes_out_comes_in(value: Any) -> None:
    text = standard_codec.encode(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert isinstance(text, str)
    assert standard_codec.decode(text) == value
    assert standard_codec.decode(encoded_text(text)) == value


# Text as UTF-8


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", b""),
        ('"Zo\xeb"', b'"Zo\xc3\xab"'),
        ('"\N{PILE OF POO}"', b'"\xf0\x9f\x92\xa9"'),
        ('"Zo\xeb \ud800"', b'"Zo\xc3\xab \\ud800"'),
        ('"\udfff\ud800"', b'"\\udfff\\ud800"'),
    ],
)
def test_text_is_utf_8_with_escapes_for_lone_surrogates(text: str, encoded: bytes) -> None:
    assert encoded_text(text) == encoded


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_string_goes_both_ways(value: str) -> None:
    back = standard_codec.decode(encoded_text(str(standard_codec.encode(value))))
    # Two surrogates that happen to be a pair come back as the character that they stand for.
    assert back == value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


# What a codec raised


def test_an_error_of_json_stays_what_it_is() -> None:
    class OtherError(json.JSONDecodeError):
        pass

    for error in (json.JSONDecodeError("Expecting value", "[\n}", 2), OtherError("No", "x", 1)):
        assert decoding_error(error) is error


@pytest.mark.parametrize(
    ("error", "msg"),
    [
        (UnicodeDecodeError("utf-16-be", b"\0", 0, 1, "truncated data"), "Not utf-16-be"),
        (RecursionError("maximum recursion depth exceeded"), "Nested too deeply"),
        (ValueError("nothing like JSON"), "nothing like JSON"),
        (ValueError(), ""),
    ],
)
def test_another_error_is_one_of_json_without_a_place(error: Exception, msg: str) -> None:
    told = decoding_error(error)
    assert type(told) is json.JSONDecodeError
    assert (told.msg, told.doc, told.pos) == (msg, "", 0)


@pytest.mark.parametrize(
    ("encoded", "text"),
    [('"a"', '"a"'), ('"Zoë"', '"Zoë"'), ('"\ud800ë"', '"\\ud800ë"'), (b'"a"', '"a"'), ('"Zoë"'.encode(), '"Zoë"')],
)
def test_what_a_codec_encodes_is_text_that_can_be_sent(encoded: bytes | str, text: str) -> None:
    assert unicode_text(encoded) == text
    assert text.encode()
