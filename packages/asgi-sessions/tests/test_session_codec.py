"""A session and its values as JSON."""

import json

import pytest

from asgi_sessions._session_codec import DEEPEST, decode_session, encode_session, encode_value, is_same_session

TOO_DEEP = r"^A session may have 100 lists and dicts inside of each other in an entry, and no more\.$"


def nested(levels, inner=(), kind=lambda value: [value]):
    value = list(inner)
    for _ in range(levels - 1):
        value = kind(value)
    return value


KINDS = [lambda value: [value], lambda value: {"a": 1, "b": value}, lambda value: (1, value, [2])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inner", [(), (1, "[" * 1000)])
def test_the_deepest_there_is(kind, inner):
    assert DEEPEST == 100
    value = nested(100, inner, kind)
    encoded = encode_value(value)
    assert json.loads(encoded) == json.loads(json.dumps(value))
    session = {"deep": value, "more": [value, value][:1][0]}
    assert decode_session(encode_session(session)) == json.loads(json.dumps(session))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inner", [(), (1, "a")])
def test_too_deep(kind, inner):
    value = nested(101, inner, kind)
    with pytest.raises(TypeError, match=TOO_DEEP):
        encode_value(value)
    with pytest.raises(TypeError, match=TOO_DEEP):
        encode_session({"a": 1, "deep": value})
    assert decode_session(json.dumps({"a": 1, "deep": value}).encode()) is None


def test_much_deeper():
    with pytest.raises(TypeError, match=r"^The session cannot be written as JSON: maximum recursion depth exceeded"):
        encode_value(nested(100_000))
    assert decode_session(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}") is None


@pytest.mark.parametrize("text", ["[{" * 1000, "]" * 1000, '"' * 500])
def test_brackets_in_text_are_not_depth(text):
    assert decode_session(encode_session({text: [text]})) == {text: [text]}


def test_wide_is_not_deep():
    wide = {"cart": [{"name": "tea", "tags": []} for _ in range(1000)]}
    assert decode_session(encode_session(wide)) == wide


def test_it_takes_linear_time(assert_linear):
    assert_linear(encode_value, lambda n: [[{"a": [1]}] * 3] * n, 200)
    assert_linear(encode_value, lambda n: nested(50, ["a"] * n), 20_000)
    assert_linear(decode_session, lambda n: json.dumps({"a": [[{"a": [1]}] * 3] * n}).encode(), 200)


@pytest.mark.parametrize("text", ['{"a": 1}', ' {"a": 1}', '{"a":1}\r\n', '\t{ "a" : 1 } '])
def test_json_with_white_space(text):
    assert decode_session(text.encode()) == {"a": 1}


@pytest.mark.parametrize("text", ["", "[]", "1", '{"a": 1} 2', '{"a": 1}{}', "{", '\xa0{"a": 1}', '{"a": 1}\0'])
def test_what_is_no_session(text):
    assert decode_session(text.encode()) is None


def test_no_utf_8():
    assert decode_session(b'{"a": "\xff"}') is None


def test_the_same_session_written_otherwise():
    assert is_same_session(b'{"a": 1}', b'{"a": 1}')
    assert is_same_session(b'{"a": 1}', b'{"a":1}')
    assert not is_same_session(b'{"a": 1}', b'{"a":2}')
