"""Lines of headers, one by one: what is kept of them, and what is told of one that is wrong in several ways."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FormError
from asgi_forms._limits import Limits
from asgi_forms._multipart.part_headers import PartHeaders, add_line, too_large

LINE_BREAK = "Invalid multipart data. Invalid line break in segment header."
CONTROL = "Invalid multipart data. CR or NUL in segment header."
NO_COLON = "Invalid multipart data. Malformed segment header."
BAD_NAME = "Invalid multipart data. Invalid segment header name."
TOO_LARGE = "Too many or too large headers of a part. Maximum is 2 of 10 bytes each."
LIMITS = Limits({"max_headers": 2, "max_header_size": 10})


def added(*lines, limits=LIMITS):
    """The headers of these lines, or status and message of the error."""
    headers = []
    try:
        for line in lines:
            add_line(headers, line, limits)
    except FormError as error:
        return error.status_code, error.message
    return headers


@pytest.mark.parametrize(
    ("line", "header"),
    [
        (b"X-A: b", (b"x-a", b"b")),
        (b"X-A:b", (b"x-a", b"b")),
        (b"x:", (b"x", b"")),
        (b"x: \t ", (b"x", b"")),
        (b"x:\t b c\t ", (b"x", b"b c")),
        (b"x: a:b: c", (b"x", b"a:b: c")),
        (b"x:\x0b\x0c\xa0", (b"x", b"\x0b\x0c\xa0")),
        (b"x: \xeb\xff", (b"x", b"\xeb\xff")),
        (b"!#$%&'*+:", (b"!#$%&'*+", b"")),
        (b"-.^_`|~09:", (b"-.^_`|~09", b"")),
    ],
)
def test_a_header_has_a_name_in_lower_case_and_a_value_without_spaces_around_it(line, header):
    assert added(line) == [header]
    assert added(b"A: 1", line) == [(b"a", b"1"), header]


@pytest.mark.parametrize("name", ["Content-Disposition", "Content-Type", "X-Any"])
def test_a_name_in_any_case(name):
    for line in (name, name.lower(), name.upper()):
        assert added(line.encode() + b": a", limits=Limits()) == [(name.lower().encode(), b"a")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        *((line, NO_COLON) for line in (b"", b"a", b" ", b" folded", b"\tb", b"a=b;c")),
        *((line, BAD_NAME) for line in (b":", b": a", b" a: b", b"\ta: b", b"a : b", b"a\t:", b"a b: c", b'"a": b')),
        *(
            (line, BAD_NAME)
            for line in (b"\xeb: a", b"a\x0b: b", b"a\x7f: b", b"(a): b", b"a/b: c", b"a,b: c", b"@: a")
        ),
        *((line, CONTROL) for line in (b"\r", b"a: \r", b"a: \rb", b"a\r: b", b"a\0: b", b"a: \0", b"\0", b"a\r")),
        *((line, LINE_BREAK) for line in (b"\n", b"a: b\nc", b"\na: b", b"a\n: b", b"\r\0\n", b"a: 12345\n67")),
    ],
)
def test_what_is_no_header(line, reason):
    assert added(line, limits=Limits()) == (400, reason)
    assert added(b"A: 1", line, limits=Limits()) == (400, reason)


@pytest.mark.parametrize("unit", [b"a", b" ", b"\0", b"\r"])
def test_a_line_that_is_too_long_is_beyond_a_limit_whatever_else_it_is(unit):
    assert added(b"a: " + b"1" * 7) == [(b"a", b"1" * 7)]
    assert added(b"a: " + b"1" * 8) == (413, TOO_LARGE)
    assert added(unit * 11) == (413, TOO_LARGE)
    assert added(unit * 10)[0] == 400


def test_a_line_end_is_told_of_where_it_comes_before_the_limit():
    assert added(b"1" * 10 + b"\n" + b"1" * 90) == (400, LINE_BREAK)
    assert added(b"1" * 11 + b"\n" + b"1" * 90) == (413, TOO_LARGE)
    assert added(b"\n" + b"1" * 90) == (400, LINE_BREAK)


def test_one_header_too_many_is_beyond_a_limit_whatever_else_it_is_but_for_a_line_end():
    assert added(b"a: 1", b"a: 2") == [(b"a", b"1"), (b"a", b"2")]
    for line in (b"a: 3", b"", b"no colon", b"\r", b"\0"):
        assert added(b"a: 1", b"a: 2", line) == (413, TOO_LARGE)
    assert added(b"a: 1", b"a: 2", b"\n") == (400, LINE_BREAK)
    assert added(b"a: 1", limits=Limits({"max_headers": 0}))[0] == 413


def test_the_refusal_tells_the_limits():
    error = too_large(LIMITS)
    assert (error.status_code, error.message) == (413, TOO_LARGE)


def test_the_value_of_a_header():
    headers = PartHeaders([(b"content-type", b"a/b"), (b"x", b"\xeb"), (b"y", b"1"), (b"y", b"2")])
    assert headers.get(b"content-type") == "a/b"
    assert headers.get(b"x") == "\xeb"
    assert headers.get(b"content-disposition") is None
    assert (headers.bytes_received, headers.complete) == (0, False)
    with pytest.raises(FormError, match=r"^400: Invalid multipart data\. A part has two Y headers\.$"):
        headers.get(b"y")


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\0", b":", b" ", b"\t", b"a", b"A", b"\xeb", b"12345"])).map(b"".join))
def test_any_line_is_a_header_of_its_own_or_a_form_error(line):
    found = added(line)
    if isinstance(found, list):
        [(name, value)] = found
        assert re.fullmatch(rb"[a12345]+", name)
        assert line.lower().partition(b":")[::2] == (name, line.lower()[len(name) + 1 :])
        assert value in line
        assert not value.startswith((b" ", b"\t"))
        assert not value.endswith((b" ", b"\t"))
        assert not {0, 10, 13}.intersection(value)
        assert len(line) <= 10
