import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware._weighted import weights


# RFC 9110 section 12.4.2 (weights), 12.5.3 (Accept-Encoding) and 5.6.1 (empty elements)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {}),
        (" , ,", {}),
        ("gzip", {"gzip": 1.0}),
        ("GZip , br", {"gzip": 1.0, "br": 1.0}),
        ("gzip;q=0", {"gzip": 0.0}),
        ("gzip;q=0.", {"gzip": 0.0}),
        ("gzip;q=0.000", {"gzip": 0.0}),
        ("gzip;q=1.000", {"gzip": 1.0}),
        ("gzip;q=1.", {"gzip": 1.0}),
        ("gzip;q=0.123", {"gzip": 0.123}),
        ("gzip ; Q=0.5", {"gzip": 0.5}),
        ("gzip;\tq = 0.5 ", {"gzip": 0.5}),
        ("identity;q=0.5, *;q=0", {"identity": 0.5, "*": 0.0}),
        ("text/html;level=1;q=0.4", {"text/html": 0.4}),
        ("text/html;q=0.4;level=1", {"text/html": 0.4}),
        ("gzip;q=0.2, gzip;q=0.8, gzip;q=0.5", {"gzip": 0.8}),
        ("gzip;quality=0.2", {"gzip": 1.0}),
        ("gzip;q", {"gzip": 1.0}),
        (";q=0.5", {}),
        # Malformed weights
        ("gzip;q=", {}),
        ("gzip;q=1.001", {}),
        ("gzip;q=0.1234", {}),
        ("gzip;q=2", {}),
        ("gzip;q=-1", {}),
        ("gzip;q=.5", {}),
        ("gzip;q=1e0", {}),
        ("gzip;q=nan", {}),
        ("gzip;q=\N{ARABIC-INDIC DIGIT ONE}", {}),
        ("gzip;q=0.5\n", {}),
        ("gzip;q=x, br", {"br": 1.0}),
    ],
)
def test_weights(value, expected):
    assert weights(value) == expected


def test_the_order_is_that_of_the_list():
    assert list(weights("b;q=0.1, a, b;q=0.5, c")) == ["b", "a", "c"]


@given(st.text())
def test_any_text_has_weights_of_0_to_1(value):
    for name, weight in weights(value).items():
        assert 0 <= weight <= 1
        assert name == name.strip(" \t").lower()
        assert not set(name) & set(",;")


NAMES = st.from_regex(r"[a-z*/]+", fullmatch=True)


@given(st.dictionaries(NAMES, st.integers(0, 1000)))
def test_what_is_written_is_read(listed):
    value = ", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in listed.items())
    assert weights(value) == {name: weight / 1000 for name, weight in listed.items()}


def test_time_is_linear(assert_linear):
    for part in ("a,", ";", "a;q=0,", "q=", " "):
        assert_linear(weights, lambda n, part=part: part * n, 20_000)
