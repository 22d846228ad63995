"""Reading the Cookie header."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_types import HTTPConnection, parse_cookies


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=b", {"a": "b"}),
        ("a=b; c=d", {"a": "b", "c": "d"}),
        ("a=b;c=d;", {"a": "b", "c": "d"}),
        (" \ta \t= \tb \t;\t c=d", {"a": "b", "c": "d"}),
        ("a=b=c==", {"a": "b=c=="}),
        ("a=1; b=2; a=3", {"a": "3", "b": "2"}),
        ("a=", {"a": ""}),
        ("a = b c ", {"a": "b c"}),
        ("a=b,c=d", {"a": "b,c=d"}),
        ("A=1; a=2", {"A": "1", "a": "2"}),
        ("a=é; ü=1", {"a": "é", "ü": "1"}),
        ("a:b=1; [x]=2", {"a:b": "1", "[x]": "2"}),
        ("$Version=1; a=b", {"$Version": "1", "a": "b"}),
        ("path=/; expires=x", {"path": "/", "expires": "x"}),
        ('a={"b": 1}', {"a": '{"b": 1}'}),
        ("", {}),
        ("; ;\t;", {}),
    ],
)
def test_pairs(header, cookies):
    assert parse_cookies(header) == cookies


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"b"', "b"),
        ('" b "', " b "),
        ('""', ""),
        ('"', '"'),
        ('"b', '"b'),
        ('b"', 'b"'),
        ('b"c"d', 'b"c"d'),
        (r'"b\"c\\d"', 'b"c\\d'),
        (r'"\073\054\012\000\377"', ";,\n\0ÿ"),
        (r'"\e\8\400\07"', "e840007"),
        (r'"\0"', "0"),
        (r'"\\073"', r"\073"),
        ('"\\"', "\\"),
        (r"b\073", r"b\073"),
    ],
)
def test_quoted_values_are_read_as_the_standard_library_writes_them(value, expected):
    assert parse_cookies(f"a={value}") == {"a": expected}


def test_a_semicolon_ends_a_quoted_value_too():
    assert parse_cookies('a="b;c=d"') == {"a": '"b', "c": 'd"'}


@pytest.mark.parametrize("header", ["\xa0a\xa0=\xa0b\xa0", "\u2003a\u2003=\u2003b\u2003", "\va\f=\vb\f", "\na\r=\nb\r"])
def test_only_spaces_and_tabs_are_dropped(header):
    """Other white space could make one name out of two, of which only one was checked."""
    name, _, value = header.partition("=")
    assert parse_cookies(f" {header}\t") == {name: value}


@pytest.mark.parametrize(
    ("nameless", "value"),
    [
        ("=__Host-a=evil", "__Host-a=evil"),
        ("= __Host-a=evil", "__Host-a=evil"),
        (" \t=x", "x"),
        ("__Host-a", "__Host-a"),
        ("evil", "evil"),
        ('="x"', "x"),
        ('"', '"'),
        ("==", "="),
    ],
)
def test_cve_2023_23934_nameless_cookies_have_no_other_name(nameless, value):
    """Werkzeug read `=__Host-a=evil` as a cookie named `__Host-a`."""
    assert parse_cookies(nameless) == {"": value}
    assert parse_cookies(f"__Host-a=good; {nameless}; b=c") == {"__Host-a": "good", "": value, "b": "c"}
    assert parse_cookies(f"{nameless}; __Host-a=good") == {"": value, "__Host-a": "good"}


def test_what_has_neither_name_nor_value_is_no_cookie():
    assert parse_cookies("=; a=b; = ;") == {"a": "b"}


def test_a_connection_reads_all_cookie_headers_together():
    headers = [(b"cookie", b"a=1; b=2"), (b"x", b"c=3"), (b"cookie", b"b=4"), (b"cookie", b"d=caf\xe9")]
    assert HTTPConnection({"type": "http", "headers": headers}).cookies == {"a": "1", "b": "4", "d": "café"}
    assert HTTPConnection({"type": "websocket", "headers": []}).cookies == {}


@given(st.text() | st.text(alphabet='a0137=;"\\ \t') | st.binary().map(lambda header: header.decode("latin-1")))
@example('a="\\')
def test_any_text_can_be_read(header):
    cookies = parse_cookies(header)
    assert len(cookies) <= header.count("=") + 1
    for name, value in cookies.items():
        assert name == name.strip(" \t")
        assert name in header
        assert not set(name) & set("=;")
        assert len(value) <= len(header)


plain = st.text(alphabet=st.characters(exclude_characters='=; \t"'))


@given(st.lists(st.tuples(plain.filter(bool), plain)), st.sampled_from(["; ", ";", " ;\t;", ";;"]))
def test_plain_pairs_come_back(pairs, separator):
    assert parse_cookies(separator.join(f"{name}={value}" for name, value in pairs)) == dict(pairs)


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        *(("", part, "") for part in ['"', "\\", ";", "=", " ", "\t", "a=;", ' ="', "a= ", ';"', "a"]),
        *(
            ('a="', part, '"')
            for part in ['"', "\\", "\\\\", '\\"', "\\1", "\\07", "\\073", "\\400", " ", "\\\\0", "a\\"]
        ),
        *(('a="', part, "") for part in ["\\", '\\"', "\\073", '"']),
        *(("a=" + " " * 9, part, "b") for part in [" ", "\t", " \xa0"]),
    ],
)
def test_cve_2024_52804_reading_and_unquoting_take_linear_time(assert_linear, before, part, after):
    """Tornado, and Python's own http.cookies, unquoted in quadratic time."""
    # n is large because copying the rest of a text for every escape is quick, and shows late that it is quadratic.
    assert_linear(parse_cookies, lambda n: before + part * n + after, 40_000)


def test_many_cookies_take_linear_time(assert_linear):
    assert_linear(parse_cookies, lambda n: "; ".join(f"c{i}={i}" for i in range(n)), 5_000)
