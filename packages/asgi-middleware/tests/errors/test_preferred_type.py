import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._errors.preferred_type import preferred_type

OFFERS = ("text/plain", "text/html", "application/json")


# RFC 9110 section 12.5.1: the most specific range gives the weight.
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (b"*/*", "text/plain"),
        (b"", "text/plain"),
        (b"text/html", "text/html"),
        (b"TEXT/HTML", "text/html"),
        (b"text/html;level=1", "text/html"),
        (b"text/*", "text/plain"),
        (b"application/*", "application/json"),
        (b"application/*, text/html", "text/html"),
        (b"text/html;q=0.2, application/json;q=0.3", "application/json"),
        (b"text/html, application/json", "text/html"),
        (b"application/json, text/html", "application/json"),
        (b"*/*, text/html;q=0.1", "text/plain"),
        (b"text/plain;q=0, */*;q=0.1", "text/html"),
        (b"text/*;q=0.3, text/html;q=0.7, */*;q=0.5", "text/html"),
        (b"text/*;q=0, application/json;q=0.001", "application/json"),
        (b"image/*", "text/plain"),
        (b"text/html;q=0", "text/plain"),
        (b"text/html;q=high", "text/plain"),
    ],
)
def test_the_table(accept, expected):
    assert preferred_type({"headers": [(b"accept", accept)]}, OFFERS) == expected


@pytest.mark.parametrize("scope", [{}, {"headers": ()}, {"headers": [(b"host", b"a")]}])
def test_without_the_field_it_is_the_first(scope):
    assert preferred_type(scope, OFFERS) == "text/plain"


def test_two_fields_are_one():
    headers = [(b"accept", b"text/plain;q=0.5"), (b"accept", b"text/html")]
    assert preferred_type({"headers": headers}, OFFERS) == "text/html"


@given(st.binary())
def test_anything_gives_an_offer(accept):
    assert preferred_type({"headers": [(b"accept", accept)]}, OFFERS) in OFFERS


@pytest.mark.parametrize("unit", [b",", b"a/b,", b";", b"a;q=0.1,", b" "])
def test_linear_time(assert_linear, unit):
    assert_linear(lambda value: preferred_type({"headers": [(b"accept", value)]}, OFFERS), lambda n: unit * n, 2000)
