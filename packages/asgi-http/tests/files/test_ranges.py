import time
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http import MalformedRangeHeader, RangeNotSatisfiable
from asgi_http._conditional.http_date import format_http_date
from asgi_http._files.ranges import if_range_holds, parse_ranges

SIZE = 1000
REQUESTED = "Range header: range must be requested"
INVERTED = "Range header: start must be less than end"


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-499", [(0, 500)]),
        ("bytes=500-", [(500, 1000)]),
        ("bytes=-1", [(999, 1000)]),
        ("bytes=-1000", [(0, 1000)]),
        ("bytes=-2000", [(0, 1000)]),
        ("bytes=0-", [(0, 1000)]),
        ("bytes=999-2000", [(999, 1000)]),
        ("bytes=0000-0009", [(0, 10)]),
        ("bytes=0-0,-1", [(0, 1), (999, 1000)]),
        ("bytes=-1,0-0", [(0, 1), (999, 1000)]),
        ("bytes= 0-0 ,\t-1", [(0, 1), (999, 1000)]),
        ("bytes=0 - 9", [(0, 10)]),
        ("bytes=,0-0,,", [(0, 1)]),
        ("BYTES=0-0", [(0, 1)]),
        (" bytes =0-0", [(0, 1)]),
    ],
)
def test_ranges(header, ranges):
    assert parse_ranges(header, SIZE, 100) == ranges


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        ("bytes=0-9,5-14", [(0, 15)]),
        ("bytes=0-9,10-19", [(0, 20)]),
        ("bytes=0-9,11-19", [(0, 10), (11, 20)]),
        ("bytes=0-99,10-19", [(0, 100)]),
        ("bytes=20-29,0-9,5-24", [(0, 30)]),
        ("bytes=0-9,0-9", [(0, 10)]),
        ("bytes=900-,-200", [(800, 1000)]),
    ],
)
def test_ranges_that_overlap_or_adjoin_are_merged(header, ranges):
    assert parse_ranges(header, SIZE, 100) == ranges


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ("", "Malformed range header."),
        ("bytes", "Malformed range header."),
        ("bytes: 0-9", "Malformed range header."),
        ("bytes=", REQUESTED),
        ("bytes=-", REQUESTED),
        ("bytes=5", REQUESTED),
        ("bytes=a-b", REQUESTED),
        ("bytes=--5", REQUESTED),
        ("bytes=+1-5", REQUESTED),
        ("bytes=1_0-20", REQUESTED),
        ("bytes=0x0-9", REQUESTED),
        ("bytes=\xb2-\xb3", REQUESTED),
        ("bytes=0-9-", REQUESTED),
        ("bytes=1 0-20", REQUESTED),
        ("bytes=5-4", INVERTED),
        ("bytes=0-1,5-4", INVERTED),
        ("bytes=5000-4000", INVERTED),
        (f"bytes={'9' * 5000}-5", INVERTED),
        (f"bytes=1{'0' * 5000}-{'9' * 5000}", INVERTED),
    ],
)
def test_malformed_ranges(header, content):
    with pytest.raises(MalformedRangeHeader) as refused:
        parse_ranges(header, SIZE, 100)
    assert refused.value.content == content


@pytest.mark.parametrize("member", ["x", "-", "5", "1000-", "-0", "5000-6000", f"{'9' * 5000}-", "--1"])
def test_one_good_range_is_enough(member):
    assert parse_ranges(f"bytes={member}, 0-9", SIZE, 100) == [(0, 10)]
    assert parse_ranges(f"bytes=0-9,{member}", SIZE, 100) == [(0, 10)]


@pytest.mark.parametrize(
    "header",
    ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=-00", "bytes=1000-,2000-,-0", f"bytes={'9' * 5000}-"],
)
def test_no_range_within_the_file(header):
    with pytest.raises(RangeNotSatisfiable) as refused:
        parse_ranges(header, SIZE, 100)
    assert refused.value.max_size == SIZE


@pytest.mark.parametrize("header", ["items=0-1", "=0-1", "bytess=0-1", "none=", "lines=5-4"])
def test_other_units_are_ignored(header):
    assert parse_ranges(header, SIZE, 100) is None


def test_huge_numbers():
    nines = "9" * 100_000
    assert parse_ranges(f"bytes=0-{nines}", SIZE, 100) == [(0, SIZE)]
    assert parse_ranges(f"bytes=-{nines}", SIZE, 100) == [(0, SIZE)]
    assert parse_ranges(f"bytes={'0' * 100_000}5-5", SIZE, 100) == [(5, 6)]
    assert parse_ranges("bytes=0-1000000000000000000", 2 * 10**18, 100) == [(0, 2 * 10**18)]


def test_an_empty_file_has_no_ranges():
    assert parse_ranges("bytes=-5", 0, 100) is None
    for header in ("bytes=0-", "bytes=0-0", "bytes=-0"):
        with pytest.raises(RangeNotSatisfiable):
            parse_ranges(header, 0, 100)


def test_more_ranges_than_allowed_are_the_whole_file():
    members = [f"{start}-{start}" for start in range(0, 200, 2)]
    assert len(parse_ranges(f"bytes={','.join(members)}", SIZE, 100) or ()) == 100
    assert parse_ranges(f"bytes={','.join(members)},300-300", SIZE, 100) is None
    assert parse_ranges(f"bytes={','.join(members[:2])}", SIZE, 1) is None


def test_the_exceptions_have_the_defaults_of_starlette():
    assert MalformedRangeHeader().content == "Malformed range header."
    assert str(MalformedRangeHeader("Why.")) == "Why."
    assert RangeNotSatisfiable(5).max_size == 5


specs = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted).map(lambda pair: f"{pair[0]}-{pair[1]}")
members = specs | st.integers(0, 30).map("{}-".format) | st.integers(0, 30).map("-{}".format)


def asked_for(member, size):
    first, _, last = member.partition("-")
    if not first:
        return set(range(size)[max(size - int(last), 0) :])
    return set(range(size)[int(first) : int(last) + 1 if last else None])


@given(st.lists(members, min_size=1, max_size=8), st.integers(1, 25))
def test_exactly_what_is_asked_for_is_given(wanted, size):
    expected = set().union(*(asked_for(member, size) for member in wanted))
    try:
        ranges = parse_ranges("bytes=" + ",".join(wanted), size, 100)
    except RangeNotSatisfiable:
        assert not expected
        return
    assert ranges is not None
    assert [position for start, end in ranges for position in range(start, end)] == sorted(expected)
    assert all(end < start for (_, end), (start, _) in pairwise(ranges))


@given(
    st.text(st.sampled_from("bytes=0123456789-, \txé")) | st.text(st.characters(max_codepoint=255)), st.integers(0, 20)
)
def test_nothing_else_is_raised(header, size):
    for text in (header, f"bytes={header}"):
        try:
            ranges = parse_ranges(text, size, 5)
        except (MalformedRangeHeader, RangeNotSatisfiable):
            continue
        assert ranges is None or all(0 <= start < end <= size for start, end in ranges)


@pytest.mark.parametrize("part", ["0-0,", "0-,", "9", "-", ",", " ", "0-9 ", "0 - ", "x,", "0", "5-4,"])
@pytest.mark.parametrize("most", [100, 10**9])
def test_reading_is_linear(part, most, assert_linear):
    def parse(text):
        with suppress(MalformedRangeHeader, RangeNotSatisfiable):
            parse_ranges(text, SIZE, most)

    assert_linear(parse, lambda n: f"bytes={part * n}", 2000)


def test_merging_is_linear(assert_linear):
    """CVE-2025-62727 of Starlette: ranges that all overlap, or none of them, were merged in quadratic time."""
    for step in (1, 20):
        assert_linear(
            lambda text: parse_ranges(text, 10**9, 10**9),
            lambda n, step=step: (
                "bytes=" + ",".join(f"{start * step}-{start * step + 10}" for start in range(n, 0, -1))
            ),
            2000,
        )


# If-Range


OLD = format_http_date(784111777)


@pytest.mark.parametrize(
    ("if_range", "etag", "last_modified", "holds"),
    [
        ('"a"', '"a"', OLD, True),
        ('"a"', '"b"', OLD, False),
        ('W/"a"', 'W/"a"', OLD, False),
        ('"a"', 'W/"a"', OLD, False),
        ('W/"a"', '"a"', OLD, False),
        ('"a"', None, OLD, False),
        ('"a", "b"', '"a"', OLD, False),
        ("*", '"a"', OLD, False),
        ("", '"a"', OLD, False),
        ("a", "a", OLD, False),
        (OLD, '"a"', OLD, True),
        (OLD, None, OLD, True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None, OLD, True),
        (format_http_date(784111778), None, OLD, False),
        (format_http_date(784111776), None, OLD, False),
        (OLD, '"a"', None, False),
        (OLD, '"a"', "yesterday", False),
        ("yesterday", '"a"', "yesterday", False),
    ],
)
def test_if_range(if_range, etag, last_modified, holds):
    assert if_range_holds(if_range, etag, last_modified) is holds


def test_a_time_of_this_second_may_be_that_of_two_contents():
    now = format_http_date(time.time())
    assert not if_range_holds(now, None, now)
