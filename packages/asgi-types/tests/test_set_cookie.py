"""Writing the Set-Cookie header."""

import string
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import Response, parse_cookies


def set_cookie(*args, **kwargs):
    """The one header that Response.set_cookie adds."""
    response = Response(status_code=204)
    response.set_cookie(*args, **kwargs)
    [(name, value)] = response.raw_headers
    assert name == b"set-cookie"
    return value.decode("latin-1")


def bare(*args, **kwargs):
    return set_cookie(*args, **{"path": None, "samesite": None} | kwargs)


def test_defaults():
    assert set_cookie("a", "b") == "a=b; Path=/; SameSite=lax"
    assert set_cookie("a") == 'a=""; Path=/; SameSite=lax'


def test_all_attributes_in_the_standard_librarys_order():
    assert set_cookie(
        "a",
        "b",
        max_age=10,
        expires="Wed, 21 Oct 2026 07:28:00 GMT",
        path="/p",
        domain="example.org",
        secure=True,
        httponly=True,
        samesite="strict",
        partitioned=True,
    ) == (
        "a=b; Domain=example.org; expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; Max-Age=10; Partitioned; Path=/p; "
        "SameSite=strict; Secure"
    )


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, "a=b"),
        ({"max_age": 0}, "a=b; Max-Age=0"),
        ({"max_age": -1}, "a=b; Max-Age=-1"),
        ({"path": ""}, "a=b"),
        ({"path": "/a b,c=é"}, "a=b; Path=/a b,c=é"),
        ({"domain": ""}, "a=b"),
        ({"expires": ""}, "a=b"),
        ({"secure": True}, "a=b; Secure"),
        ({"httponly": True}, "a=b; HttpOnly"),
        ({"partitioned": True}, "a=b; Partitioned"),
        ({"secure": 1, "httponly": "yes", "partitioned": [1]}, "a=b; HttpOnly; Partitioned; Secure"),
        ({"secure": 0, "httponly": "", "partitioned": None}, "a=b"),
        ({"samesite": "none"}, "a=b; SameSite=none"),
        ({"samesite": "Lax"}, "a=b; SameSite=Lax"),
    ],
)
def test_attributes(attributes, expected):
    assert bare("a", "b", **attributes) == expected


@pytest.mark.parametrize("samesite", ["", "no", "lax; Secure", "lax\r\n"])
def test_an_unknown_samesite_is_an_assertion_error(samesite):
    with pytest.raises(AssertionError, match="samesite must be either 'strict', 'lax' or 'none'"):
        set_cookie("a", samesite=samesite)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 3, 4, 5, 6, 999999, tzinfo=UTC), "Tue, 03 Nov 2026 04:05:06 GMT"),
        (datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))), "Wed, 31 Dec 2025 23:30:00 GMT"),
        (datetime(1970, 1, 1, tzinfo=UTC), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC), "Wed, 31 Dec 1969 23:59:59 GMT"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "Fri, 31 Dec 9999 23:59:59 GMT"),
        (datetime(4148, 1, 1, 0, 0, 0, 999993, tzinfo=UTC), "Mon, 01 Jan 4148 00:00:00 GMT"),
        (datetime(999, 12, 31, tzinfo=UTC), "Tue, 31 Dec 0999 00:00:00 GMT"),
        ("whenever", "whenever"),
    ],
)
def test_expires(moment, expected):
    assert bare("a", "b", expires=moment) == f"a=b; expires={expected}"


def test_expires_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="a datetime needs its time zone"):
        set_cookie("a", expires=datetime(2026, 1, 1))


@pytest.mark.parametrize("seconds", [0, 1, 86400, -3600])
def test_expires_in_seconds_from_now(seconds):
    before = int(time.time())
    date = bare("a", "b", expires=seconds).removeprefix("a=b; expires=")
    after = int(time.time())
    assert date.endswith(" GMT")
    assert before + seconds <= parsedate_to_datetime(date).timestamp() <= after + seconds


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_expires_is_a_date_of_http(moment, offset):
    utc = moment.replace(tzinfo=UTC)
    local = utc.astimezone(timezone(timedelta(minutes=offset))) if 1000 < moment.year < 9999 else utc
    assert bare("a", "b", expires=local) == f"a=b; expires={format_datetime(utc, usegmt=True)}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", '""'),
        ("b:c!#$%&'*+-.^_`|~", "b:c!#$%&'*+-.^_`|~"),
        ("b c", '"b c"'),
        (" b ", '" b "'),
        ("b=c/d@e", '"b=c/d@e"'),
        ('b"c\\d', r'"b\"c\\d"'),
        ("b;c,d", r'"b\073c\054d"'),
        ("\t\x01\x7f", r'"\011\001\177"'),
        ("café", r'"caf\351"'),
        ("\x80ÿ", r'"\200\377"'),
        ('"b"', r'"\"b\""'),
    ],
)
def test_values_are_quoted_as_the_standard_library_does(value, written):
    assert bare("a", value) == f"a={written}"


@pytest.mark.parametrize("name", ["a", "__Host-a", "a.b", "!#$%&'*+-.^_`|~", "path", "Expires", "0"])
def test_a_name_is_a_token(name):
    assert bare(name, "b") == f"{name}=b"


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a;b", "a,b", "a:b", '"a"', "é", "a\t", "\u212a", "[a]"])
def test_what_is_no_token_is_no_name(name):
    with pytest.raises(ValueError, match=r"Invalid cookie name .* it must be a token"):
        set_cookie(name, "b")
    with pytest.raises(ValueError, match="Invalid cookie name"):
        Response().delete_cookie(name)


@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
@pytest.mark.parametrize("text", ["{}", "b{}", "{}b", "b{}\nset-cookie: c=d", "b c{}"])
@pytest.mark.parametrize("part", ["key", "value", "path", "domain", "expires"])
def test_crlf_injection_is_refused_in_every_part(part, text, character):
    """CVE-2016-9964 (Bottle), CVE-2012-2374 (Tornado), CVE-2023-49081 (aiohttp)."""
    response = Response(status_code=204)
    with pytest.raises(ValueError, match="Invalid"):
        response.set_cookie(**{"key": "a", part: text.format(character)})
    assert response.raw_headers == []


@pytest.mark.parametrize("part", ["path", "domain", "expires"])
def test_an_attribute_cannot_begin_another(part):
    with pytest.raises(ValueError, match="Invalid cookie attribute"):
        set_cookie("a", **{part: "b; Secure"})


@pytest.mark.parametrize("part", ["value", "path", "domain", "expires"])
@pytest.mark.parametrize("text", ["żółw", "\u0100", "\ud800"])
def test_what_is_not_latin_1_is_refused(part, text):
    with pytest.raises(ValueError, match="latin-1"):
        set_cookie("a", **{part: text})


def test_several_cookies_are_several_headers():
    response = Response(status_code=204)
    response.set_cookie("a", "1")
    response.set_cookie("a", "2", path="/p")
    assert response.headers.getlist("set-cookie") == [
        "a=1; Path=/; SameSite=lax",
        "a=2; Path=/p; SameSite=lax",
    ]


def test_delete_cookie_expires_it_now():
    response = Response(status_code=204)
    before = int(time.time())
    response.delete_cookie("a", "/p", "example.org", secure=True, httponly=True, samesite="none", partitioned=True)
    pair, domain, expires, *rest = response.headers["set-cookie"].split("; ")
    assert (pair, domain) == ('a=""', "Domain=example.org")
    assert before <= parsedate_to_datetime(expires.removeprefix("expires=")).timestamp() <= time.time()
    assert rest == ["HttpOnly", "Max-Age=0", "Partitioned", "Path=/p", "SameSite=none", "Secure"]


tokens = st.text(alphabet=string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1)
sendable = st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\r\n\0"))


@given(tokens, sendable)
def test_any_value_comes_back(name, value):
    header = set_cookie(name, value)
    pair = header.removesuffix("; Path=/; SameSite=lax")
    assert pair.isascii()
    assert pair.isprintable()
    assert ";" not in pair
    assert parse_cookies(pair) == {name: value}
    assert parse_cookies(f"first=1; {pair}; last=2") == {"first": "1", "last": "2"} | {name: value}


@given(st.text() | sendable)
def test_a_value_is_accepted_exactly_if_it_can_be_sent(value):
    if all(character <= "\xff" and character not in "\r\n\0" for character in value):
        assert parse_cookies(bare("a", value)) == {"a": value}
    else:
        with pytest.raises(ValueError, match="Invalid value of cookie 'a'"):
            set_cookie("a", value)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"])))
def test_values_are_written_as_the_standard_library_writes_them(value):
    cookie = SimpleCookie()
    cookie["a"] = value
    cookie["a"]["path"] = "/"
    cookie["a"]["samesite"] = "lax"
    assert set_cookie("a", value) == cookie.output(header="").strip()


@pytest.mark.parametrize("part", ['"', "\\", ";", " ", "é", "a"])
def test_writing_takes_linear_time(assert_linear, part):
    assert_linear(lambda value: set_cookie("a", value), lambda n: part * n, 20_000)
