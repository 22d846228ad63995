"""JSON as requests and responses have it, and the error of a body that is none; the codec is tested in the core."""

import copy
import json
import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import HTTPException, JSONBodyError, JSONResponse, Request, request_response


def parse(body):
    """What `Request.json` gives for a body; nothing in it waits, so no event loop is needed."""

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        Request({"type": "http"}, receive).json().send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("It waits.")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


# In


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "\\u00e9"]}', {"a": [1, 2.5, None, True, "é"]}),
        ('"é"'.encode(), "é"),
        ('"é"'.encode("utf-8-sig"), "é"),
        ('"é"'.encode("utf-16"), "é"),
        ('"é"'.encode("utf-32-be"), "é"),
        (b" 1 ", 1),
        (b"null", None),
    ],
)
def test_json_in_its_encodings(body, value):
    assert parse(body) == value


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Malformed JSON: Expecting value"),
        (b"{]", "Malformed JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"1\n2", "Malformed JSON: Extra data: line 2 column 1 (char 2)"),
        (b'"a\nb"', "Malformed JSON: Invalid control character at: line 1 column 3 (char 2)"),
        (b"\xff", "Malformed JSON: Not utf-8"),
        (b'"caf\xe9"', "Malformed JSON: Not utf-8"),
        (b'\x00"\x00a\x00', "Malformed JSON: Not utf-16-be"),
        (b"[" * 200_000, "Malformed JSON: Nested too deeply"),
        (b'{"a":' * 200_000, "Malformed JSON: Nested too deeply"),
        (b"1" * 5000, "Malformed JSON: Number with too many digits"),
    ],
)
def test_what_is_no_json_is_a_400(body, detail):
    with pytest.raises(JSONBodyError) as caught:
        parse(body)
    assert (caught.value.status_code, caught.value.detail, caught.value.headers) == (400, detail, None)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_value_or_a_400(body):
    with suppress(JSONBodyError):
        parse(body)


# The error


def test_the_error_is_one_of_http_and_one_of_json():
    error = JSONBodyError("Expecting value", "{]", 1)
    assert isinstance(error, HTTPException)
    assert isinstance(error, json.JSONDecodeError)
    assert isinstance(error, ValueError)


def shown(error):
    return (type(error), error.status_code, error.detail, error.headers, error.msg, error.doc, error.pos, str(error))


def test_the_error_carries_its_evidence():
    assert shown(JSONBodyError("Expecting value", "[\n}", 2)) == (
        JSONBodyError,
        400,
        "Malformed JSON: Expecting value: line 2 column 1 (char 2)",
        None,
        "Expecting value",
        "[\n}",
        2,
        "400: Malformed JSON: Expecting value: line 2 column 1 (char 2)",
    )
    assert repr(JSONBodyError("No", "", 0)) == ("JSONBodyError(status_code=400, detail='Malformed JSON: No')")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_the_error_can_be_copied_and_pickled(duplicate):
    error = JSONBodyError("Expecting value", "[\n}", 2)
    assert shown(duplicate(error)) == shown(error)


def test_the_error_hides_how_it_came_about():
    with pytest.raises(JSONBodyError) as caught:
        parse(b"[")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


# Out


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ({"a": 1, "ü": [1.5, None, True]}, '{"a":1,"ü":[1.5,null,true]}'.encode()),
        ("\N{PILE OF POO} </script>", '"\N{PILE OF POO} </script>"'.encode()),
        (None, b"null"),
        ("\ud800 é", b'"\\ud800 \xc3\xa9"'),
    ],
)
def test_json_is_compact_utf_8(value, body):
    assert JSONResponse(value).body == body


@pytest.mark.parametrize(("value", "error"), [(float("nan"), ValueError), (object(), TypeError)])
def test_what_is_no_json_is_not_sent(value, error):
    with pytest.raises(error):
        JSONResponse([value])


@given(VALUES)
def test_what_goes_out_comes_in(value):
    body = JSONResponse(value).body
    assert parse(body) == value
    assert json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == body


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
async def test_what_only_python_takes_for_json_is_refused(drive, text):
    async def reading(request):
        return JSONResponse(await request.json())

    answer = await drive.request(request_response(reading), "/", "POST", text.encode())
    assert answer.status == 400
    assert answer.text == f"Malformed JSON: {text.strip('[]}').rpartition(' ')[2]} is not JSON"


async def test_lone_surrogates_are_sent_back_as_they_came(drive):
    async def reading(request):
        return JSONResponse(await request.json())

    answer = await drive.request(request_response(reading), "/", "POST", b'"\\ud800 \\u00e9"')
    assert answer.body == b'"\\ud800 \xc3\xa9"'
