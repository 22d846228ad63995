"""Fields added to a copy of the message that begins a response."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import add_vary, start_with

FIELDS = [(b"a", b"1"), (b"b", b"2"), (b"a", b"\xe9")]


def test_start_with_leaves_the_message_alone():
    message = {"type": "http.response.start", "status": 200, "headers": FIELDS, "trailers": True}
    assert start_with(message, []) == {"type": "http.response.start", "status": 200, "headers": [], "trailers": True}
    assert message["headers"] is FIELDS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], [b"Origin"]),
        ([b"Accept"], [b"Accept, Origin"]),
        ([b"accept , ORIGIN"], [b"accept , ORIGIN"]),
        ([b" * "], [b" * "]),
        ([b"Accept", b"Cookie, *"], [b"Accept", b"Cookie, *"]),
        ([b"Accept", b"Cookie"], [b"Accept", b"Cookie, Origin"]),
        ([b" "], [b"Origin"]),
        ([b"Origins"], [b"Origins, Origin"]),
    ],
)
def test_add_vary(given, expected):
    headers = [(b"x", b"Origin"), *((b"vary", value) for value in given)]
    add_vary(headers, b"Origin")
    assert headers == [(b"x", b"Origin"), *((b"vary", value) for value in expected)]
    add_vary(headers, b"Origin")
    assert headers == [(b"x", b"Origin"), *((b"vary", value) for value in expected)]


VARY = st.tuples(st.just(b"vary"), st.one_of(st.binary(), st.sampled_from([b"a, b", b"B", b"", b"*", b",", b"c , a"])))


@given(st.lists(st.one_of(VARY, st.tuples(st.just(b"x"), st.binary())), max_size=5), st.sampled_from([b"A", b"B"]))
def test_add_vary_adds_one_name_and_takes_none_away(headers, name):
    def names(headers):
        found = [item.strip(b" \t").lower() for key, value in headers if key == b"vary" for item in value.split(b",")]
        return {item for item in found if item}

    before = names(headers)
    others = [pair for pair in headers if pair[0] == b"x"]
    add_vary(headers, name)
    assert names(headers) == (before if b"*" in before else before | {name.lower()})
    assert [pair for pair in headers if pair[0] == b"x"] == others


def test_add_vary_takes_linear_time(assert_linear):
    assert_linear(lambda headers: add_vary(list(headers), b"b"), lambda n: [(b"vary", b"a,")] * n, 5000)
    assert_linear(lambda value: add_vary([(b"vary", value)], b"b"), lambda n: b"a," * n, 20_000)
