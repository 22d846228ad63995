"""Sets of allowed origins: what may be listed, and what is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types.origin import MAX_ORIGIN, OriginSet, parse_origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("http://[2001:DB8:0::1]:80", "http://[2001:db8::1]"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("https://*.example.org", "https://*.example.org"),
        ("HTTPS://*.Example.org:443", "https://*.example.org"),
        ("http://*.localhost:3000", "http://*.localhost:3000"),
        ("null", "null"),
        ("file://", "file://"),
        ("*", "*"),
    ],
)
def test_what_is_listed_is_told_as_browsers_write_it(text, expected):
    made = OriginSet([text], takes_all=True)
    assert made.origins == (expected,)
    assert OriginSet(made.origins, takes_all=True).origins == (expected,)
    assert made.has_all is (text == "*")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("https://example.org/", "Browsers send it without a path: write 'https://example.org'."),
        ("https://Example.org:8443/app?q#f", "Browsers send it without a path: write 'https://example.org:8443'."),
        ("https://example.org?q", "write 'https://example.org'."),
        ("https://example.org#f", "write 'https://example.org'."),
        ("wss://example.org", "Browsers send the page's, also with a WebSocket: write 'https://example.org'."),
        ("ws://example.org:8000/feed", "write 'http://example.org:8000'."),
        ("wss://*.example.org", "write it as 'https://*.example.org'."),
        ("example.org", "It begins with a scheme: write it as 'https://example.org'."),
        ("example.org:8000", "It begins with a scheme"),
        ("*.example.org", "It begins with a scheme"),
        ("NULL", "It begins with a scheme"),
        ("https://*", "write it as 'https://*.example.org'."),
        ("https://*.", "write it as 'https://*.example.org'."),
        ("https://example.*", "write it as 'https://*.example.org'."),
        ("https://a.*.example.org", "write it as 'https://*.example.org'."),
        ("https://*..example.org", "write it as 'https://*.example.org'."),
        ("https://*.*.example.org", "write it as 'https://*.example.org'."),
        ("https://*.example.org/", "write it as 'https://*.example.org'."),
        ("https://*.[::1]", "Nothing is below an IP address"),
        ("https://*.0.0.1", "Nothing is below an IP address"),
        ("https://", "Write it as browsers send it: 'https://example.org'"),
        ("https:///", "Write it as browsers send it"),
        ("://example.org", "Write it as browsers send it"),
        ("https://b\xfccher.example", "Write it as browsers send it"),
        (" https://example.org", "Write it as browsers send it"),
        ("https://example.org\n", "Write it as browsers send it"),
        ("https://user@example.org", "Write it as browsers send it"),
        ("https://example.org:port", "Write it as browsers send it"),
        ("https://example.org:99999", "Write it as browsers send it"),
        ("https://a.example,https://b.example", "Write it as browsers send it"),
    ],
)
def test_what_no_browser_sends_is_refused_with_the_fix(text, fix):
    with pytest.raises(ValueError, match=re.escape(f"Not an origin: {text!r}. ")) as caught:
        OriginSet(["https://a.example", text], takes_all=True)
    assert fix in str(caught.value)


def test_all_origins_may_be_listed_only_where_that_means_something():
    with pytest.raises(ValueError, match=r"^Not an origin: '\*'. All origins cannot be named here: name each one"):
        OriginSet(["*"])
    everything = OriginSet(["*", "https://a.example"], takes_all=True)
    assert everything.has_all
    assert [text for text in ("*", "null", "https://a.example", "https://b.example") if text in everything] == [
        "https://a.example"
    ]


def test_a_string_is_one_origin_and_any_iterable_will_do():
    assert OriginSet("https://a.example").origins == ("https://a.example",)
    assert OriginSet(iter(["https://a.example", "http://b.example"])).origins == (
        "https://a.example",
        "http://b.example",
    )
    assert OriginSet({"https://a.example": 1}).origins == ("https://a.example",)
    assert OriginSet(["https://a.example", "https://A.example:443"]).origins == ("https://a.example",)


@pytest.mark.parametrize("origin", [None, 5, b"https://a.example"])
def test_an_origin_is_text(origin):
    with pytest.raises(TypeError, match=r"^An origin is a text such as 'https://example\.org', not "):
        OriginSet(["https://a.example", origin])


def test_an_empty_text_is_left_out():
    for given_ in ("", [""], ["", ""], []):
        made = OriginSet(given_)
        assert made.origins == ()
        assert "" not in made


@pytest.mark.parametrize(
    ("origin", "listed"),
    [
        ("https://a.example", "https://a.example"),
        ("https://A.example", "https://a.EXAMPLE"),
        ("https://a.example:443", "https://a.example"),
        ("https://a.example", "https://a.example:443"),
        ("http://a.example:8000", "http://a.example:8000"),
        ("http://[::1]:3000", "http://[0::1]:3000"),
        ("https://a.b.example", "https://*.b.example"),
        ("https://c.a.b.example", "https://*.b.example"),
        ("https://A.B.example:443", "HTTPS://*.b.example"),
        ("https://a.b.example:8443", "https://*.b.example:8443"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("null", "null"),
        ("file://", "file://"),
    ],
)
def test_an_origin_that_is_in_the_set(origin, listed):
    assert origin in OriginSet(listed)
    assert origin in OriginSet(["https://other.example", "https://*.other.example", listed])


WILD = "https://*.example.com"


@pytest.mark.parametrize(
    ("origin", "listed"),
    [
        ("https://example.com", WILD),
        ("https://.example.com", WILD),
        ("https://a..example.com", WILD),
        ("https://*.example.com", WILD),
        ("https://evil-example.com", WILD),
        ("https://evilexample.com", WILD),
        ("https://a.example.com.evil.example", WILD),
        ("https://a.example.com@evil.example", WILD),
        ("https://evil.example/.example.com", WILD),
        ("https://evil.example#.example.com", WILD),
        ("https://evil.example:443.example.com", WILD),
        ("https://evil.example\\.example.com", WILD),
        ("http://a.example.com", WILD),
        ("http://a.example.com:443", WILD),
        ("https://a.example.com:8443", WILD),
        ("https://a.example.com/", WILD),
        ("null", WILD),
        ("*", WILD),
        ("https://a.example.com", "https://example.com"),
        ("http://a.example", "https://a.example"),
        ("https://a.example:8443", "https://a.example"),
        ("https://a.example", "null"),
        ("NULL", "null"),
        ("", "https://a.example"),
    ],
)
def test_an_origin_that_is_not_in_the_set(origin, listed):
    assert origin not in OriginSet(listed)
    assert origin not in OriginSet(["https://other.example", listed])


def test_answers_are_kept_but_not_for_what_is_too_long_nor_for_what_is_listed():
    listed = OriginSet(["https://a.example", WILD, "null"])
    asked = [
        "https://" + "a" * MAX_ORIGIN,
        "https://a.example",
        "null",
        "https://b.example.com",
        "https://b.example.com",
    ]
    assert [origin in listed for origin in asked] == [False, True, True, True, True]
    kept = listed._is_known.cache_info()
    assert (kept.hits, kept.currsize, kept.maxsize) == (1, 1, 256)


# Any text at all

TEXTS = st.text(max_size=40) | st.text(alphabet="htps:/.*@[]0123456789aexmplorg,%_-", max_size=40)
LABELS = st.text(alphabet="abc-", min_size=1, max_size=4)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@given(st.one_of(TEXTS, st.from_regex(r"https?://(\*\.)?[A-Za-z0-9.:_-]*[/ ?]?", fullmatch=True)))
def test_what_is_taken_is_taken_again_and_only_what_is_listed_is_in_the_set(text):
    try:
        made = OriginSet([text])
    except ValueError as refusal:
        assert repr(text) in str(refusal)  # noqa: PT017
        return
    for written in made.origins:
        assert OriginSet([written]).origins == (written,)
        assert (written in made) is ("://*." not in written)
        assert written in ("null", "file://") or parse_origin(written.replace("://*.", "://")) is not None


@given(asked=TEXTS | TEXTS.map("https://{}".format), listed=NAMES)
def test_any_text_may_be_asked_for(asked, listed):
    if asked in OriginSet([f"https://{listed}"]):
        assert str(parse_origin(asked)) == f"https://{listed}"


@given(name=NAMES, domain=NAMES)
def test_a_wildcard_is_for_what_is_below_its_name_and_nothing_else(name, domain):
    assert (f"https://{name}" in OriginSet(f"https://*.{domain}")) is name.endswith(f".{domain}")


def test_time_is_linear(assert_linear):
    listed = OriginSet(["https://a.example", WILD])
    for part in ("a", "a-", "://", "1:", "[", ".", "*."):
        assert_linear(listed.__contains__, lambda n, part=part: "https://" + part * n, 50_000)

        def construct(text):
            with pytest.raises(ValueError):
                OriginSet([text])

        assert_linear(construct, lambda n, part=part: "https://" + part * n, 20_000)
