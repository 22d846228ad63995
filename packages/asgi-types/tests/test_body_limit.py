"""The key under which all readers of a body find its limit, and the refusal of a body that is larger."""

from __future__ import annotations

import copy
import math
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import MAX_BODY_SIZE, ContentTooLarge, HTTPException, body_limit, declares_more


def announcing(value):
    return {"type": "http", "headers": [(b"accept", b"9"), (b"content-length", value), (b"host", b"9")]}


def test_the_key_of_the_limit_is_fixed() -> None:
    assert MAX_BODY_SIZE == "asgi_types.max_body_size"


@pytest.mark.parametrize(("given", "limit"), [(0, 0), (10**30, 10**30), (math.inf, None)])
def test_a_limit_is_a_number_of_bytes_or_none(given, limit):
    assert body_limit(given) == limit


@pytest.mark.parametrize("given", [None, ..., -1, True, False, 0.0, 4.0, 1e6, -math.inf, math.nan, "4", b"4", [4]])
def test_what_is_no_limit_is_refused(given):
    with pytest.raises(ValueError, match=r"^max_body_size is .*: give a number of bytes, or math\.inf for no limit\.$"):
        body_limit(given)


def test_the_error_says_the_limit():
    error = ContentTooLarge(5)
    assert isinstance(error, HTTPException)
    assert (error.status_code, error.limit, error.headers) == (413, 5, None)
    assert str(error) == "413: The body is larger than the limit of 5 bytes."


def test_what_the_client_is_told_may_be_something_else(monkeypatch):
    monkeypatch.setattr(ContentTooLarge, "message", "{limit} bytes will do.")
    assert (ContentTooLarge(5).detail, ContentTooLarge(5).limit) == ("5 bytes will do.", 5)
    monkeypatch.setattr(ContentTooLarge, "message", "Too much.")
    assert ContentTooLarge(5).detail == "Too much."


@pytest.mark.parametrize("duplicate", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_the_error_can_be_copied_and_pickled(duplicate):
    error = duplicate(ContentTooLarge(5))
    assert (type(error), error.limit, error.detail) == (ContentTooLarge, 5, ContentTooLarge(5).detail)


@pytest.mark.parametrize("scope", [{"type": "http"}, {"type": "http", "headers": [(b"accept", b"9")]}])
def test_without_a_length_nothing_is_announced(scope):
    assert not declares_more(scope, 4)


@pytest.mark.parametrize(
    "value", [b"", b"-1", b"+9", b"9,9", b"9 9", b" 9", b"0x9", b"9.0", b"\xb2", b"1_0", b"nine", b"\xd9\xa9"]
)
def test_a_malformed_length_announces_nothing(value):
    assert not declares_more(announcing(value), 4)


@pytest.mark.parametrize("value", [b"5", b"0005", b"0" * 5000 + b"5", b"9" * 30, b"9" * 5000])
def test_any_number_that_is_larger_is_more(value):
    assert declares_more(announcing(value), 4)


@pytest.mark.parametrize("value", [b"4", b"0004", b"0" * 5000 + b"4", b"0", b"0" * 5000])
def test_any_number_that_is_not_larger_is_not(value):
    assert not declares_more(announcing(value), 4)


@given(st.integers(0, 2 * sys.maxsize), st.integers(0, 2 * sys.maxsize))
def test_a_length_is_compared_as_a_number(length, limit):
    assert declares_more(announcing(b"%d" % length), limit) is (length > limit)
