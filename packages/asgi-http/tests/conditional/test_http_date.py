import locale
import time
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._conditional.http_date import format_http_date, parse_http_date

EXAMPLE = 784111777  # of RFC 9110 section 5.6.7
LATEST = 253402300799

moments = st.integers(0, LATEST)


# Writing


def test_the_example_of_the_rfc_is_written():
    assert format_http_date(EXAMPLE) == "Sun, 06 Nov 1994 08:49:37 GMT"


def test_a_part_of_a_second_is_dropped():
    assert format_http_date(EXAMPLE + 0.999999) == format_http_date(EXAMPLE)


@given(moments)
def test_dates_are_written_as_the_standard_library_does(moment):
    assert format_http_date(moment) == formatdate(moment, usegmt=True)


@pytest.mark.parametrize("moment", [-1, -0.5, LATEST + 1, 1e30])
def test_what_has_no_date_is_an_error(moment):
    with pytest.raises(ValueError, match=r"^No HTTP date can be made of "):
        format_http_date(moment)


def test_the_locale_does_not_matter():
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert format_http_date(EXAMPLE + 86400) == "Mon, 07 Nov 1994 08:49:37 GMT"
    finally:
        locale.setlocale(locale.LC_TIME, before)


# Reading


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "sun, 06 NOV 1994 08:49:37 gmt",
    ],
)
def test_all_three_forms_are_read(text):
    assert parse_http_date(text) == EXAMPLE


@given(moments)
def test_what_is_written_is_read(moment):
    assert parse_http_date(format_http_date(moment)) == moment
    assert parse_http_date(time.asctime(time.gmtime(moment))) == moment


@given(st.integers(-40, 40))
def test_a_year_of_two_digits_is_the_nearest(years):
    this_year = time.gmtime().tm_year
    text = f"Monday, 01-Mar-{(this_year + years) % 100:02} 00:00:00 GMT"
    moment = parse_http_date(text)
    assert moment is not None
    assert time.gmtime(moment)[:3] == (this_year + years, 3, 1)


def test_a_year_of_two_digits_is_at_most_fifty_years_ahead():
    this_year = time.gmtime().tm_year
    years = [
        time.gmtime(parse_http_date(f"Monday, 01-Mar-{last_digits:02} 00:00:00 GMT")).tm_year
        for last_digits in range(100)
    ]
    assert this_year + 50 - 100 < min(years)
    assert max(years) <= this_year + 50


def test_a_leap_second_is_the_one_after():
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == parse_http_date("Sun, 01 Jan 2017 00:00:00 GMT")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "0",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Nov, 06 Sun 1994 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        "Sun Nov 66 08:49:37 1994",
        "Sun Nov    08:49:37 1994",
        "Sun, 06-Nov-94 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text):
    assert parse_http_date(text) is None


LIKE_DATES = st.from_regex(
    r"(Sun|Sunday)(, | )([0-9 ]{2}[ -])?(Nov|Feb)[ -]([ 0-9]{2} )?([0-9]{2}|[0-9]{4}) ?"
    r"[0-9]{2}:[0-9]{2}:[0-9]{2}( GMT| [0-9]{4})",
    fullmatch=True,
)


@given(st.text() | LIKE_DATES)
def test_nothing_raises(text):
    moment = parse_http_date(text)
    assert moment is None or isinstance(moment, int)


@given(st.from_regex(r"\AMon, [0-3][0-9] (Jan|Feb) [0-9]{4} [0-2][0-9]:[0-6][0-9]:[0-5][0-9] GMT\Z"))
def test_dates_are_read_as_the_standard_library_does(text):
    try:
        expected = int(parsedate_to_datetime(text).timestamp())
    except ValueError:
        expected = None
    if text[12:14] != "00":  # the standard library makes something of the years before 100
        assert parse_http_date(text) == expected


@pytest.mark.parametrize("part", ["9", " ", "Sun, ", "Sun, 06 Nov 1994 ", "08:49:37 "])
def test_reading_is_linear(part, assert_linear):
    assert_linear(parse_http_date, lambda n: part * n, 20000)
