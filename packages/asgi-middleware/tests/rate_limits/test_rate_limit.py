import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import RateLimit


@pytest.mark.parametrize(
    ("text", "limit", "per"),
    [
        ("100/minute", 100, 60),
        ("10/second", 10, 1),
        ("1/s", 1, 1),
        ("1/sec", 1, 1),
        ("2/seconds", 2, 1),
        ("1/m", 1, 60),
        ("1/min", 1, 60),
        ("1/2minutes", 1, 120),
        ("1000/hour", 1000, 3600),
        ("1/h", 1, 3600),
        ("1/3hours", 1, 10800),
        ("1/d", 1, 86400),
        ("1/day", 1, 86400),
        ("5/7days", 5, 604800),
        ("5/90s", 5, 90),
        ("5/0.5s", 5, 0.5),
        ("999999999999999/s", 999999999999999, 1),
    ],
)
def test_parse(text, limit, per):
    assert RateLimit.parse(text) == RateLimit(limit, per)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "100",
        "100/",
        "/minute",
        "100/fortnight",
        "100 / minute",
        "100/minute ",
        "-1/s",
        "1.5/s",
        "1/.5s",
        "1/5",
        "\u0661/s",
    ],
)
def test_no_limit(text):
    with pytest.raises(ValueError, match=r"Not a rate limit: .* Write it as '100/minute'"):
        RateLimit.parse(text)


@pytest.mark.parametrize("text", ["0/s", "1/0s", "1/0.0009s", "1/999999999d"])
def test_parse_of_numbers_out_of_range(text):
    with pytest.raises(ValueError, match=r"(A|The window of a) rate limit is"):
        RateLimit.parse(text)


@pytest.mark.parametrize("limit", [0, -1, 10**15, 1.0, "1", None])
def test_limit_is_a_number_above_0(limit):
    with pytest.raises(ValueError, match="A rate limit is a whole number from 1 to 999999999999999"):
        RateLimit(limit, per=1)


@pytest.mark.parametrize("per", [0, -1, 0.0009, 1.1e9, float("inf"), float("nan")])
def test_window_is_a_number_of_seconds(per):
    with pytest.raises(ValueError, match=r"The window of a rate limit is 0.001 to 1000000000 seconds"):
        RateLimit(1, per=per)


def test_bounds():
    assert RateLimit(10**15 - 1, per=0.001).per == 0.001
    assert RateLimit(1, per=1e9).limit == 1


def test_is_a_value():
    limit = RateLimit(1, per=1)
    assert limit == RateLimit(1, 1.0)
    assert len({limit, RateLimit(1, 1)}) == 1
    with pytest.raises(AttributeError):
        limit.limit = 2


@pytest.mark.parametrize("per", [1, 60, 3600, 86400])
def test_units_have_names(per):
    assert str(RateLimit(1, per)).isascii()
    assert RateLimit.parse(str(RateLimit(1, per))) == RateLimit(1, per)
    assert str(RateLimit(1, per)).split("/")[1] in ("second", "minute", "hour", "day")


@given(st.integers(1, 10**15 - 1), st.one_of(st.integers(1, 10**9), st.floats(0.001, 1e9)))
def test_text_and_back(limit, per):
    assert RateLimit.parse(str(RateLimit(limit, per))) == RateLimit(limit, per)


@given(st.text())
def test_any_text_is_a_limit_or_a_value_error(text):
    try:
        RateLimit.parse(text)
    except ValueError:
        return


def test_parse_is_linear(assert_linear):
    def parse(text):
        with pytest.raises(ValueError):
            RateLimit.parse(text)

    assert_linear(parse, lambda n: "1" * n, 100_000)
    assert_linear(parse, lambda n: "1/" + "0" * n + "s", 100_000)


@given(st.floats(0.001, 1e6))
def test_slices_cover_the_window(per):
    limit = RateLimit(1, per)
    assert 0 <= limit.slice_length * 32 - per * 1_000_000 <= 32.001
    assert limit.memory == limit.slice_length * 33 / 1_000_000
