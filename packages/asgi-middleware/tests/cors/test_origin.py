"""Origins that are allowed, as somebody wrote them, against those that browsers send."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asgi_middleware import CORSMiddleware


async def app(scope, receive, send):
    raise AssertionError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:80", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("https://example.org:80", "https://example.org:80"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[2001:DB8::1]:443", "http://[2001:db8::1]:443"),
        ("https://[2001:db8::1]:443", "https://[2001:db8::1]"),
        ("https://my_app.example", "https://my_app.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("null", "null"),
        ("file://", "file://"),
        ("*", "*"),
    ],
)
def test_origins_are_compared_as_browsers_write_them(given, expected):
    assert CORSMiddleware(app, [given]).allow_origins == (expected,)


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("https://example.org/", "write 'https://example.org'."),
        ("https://Example.org:8443/app?q#f", "write 'https://example.org:8443'."),
        ("https://example.org?q", "write 'https://example.org'."),
        ("https://example.org#f", "write 'https://example.org'."),
        ("example.org", "It begins with a scheme"),
        ("example.org:8000", "It begins with a scheme"),
        ("localhost", "It begins with a scheme"),
        ("NULL", "It begins with a scheme"),
        ("https://*.example.org", "use allow_origin_regex"),
        ("https://*", "use allow_origin_regex"),
        ("https://bücher.example", "Write it as browsers send it"),
        (" https://example.org", "Write it as browsers send it"),
        ("https://example.org ", "Write it as browsers send it"),
        ("https://example.org\n", "Write it as browsers send it"),
        ("https://user@example.org", "Write it as browsers send it"),
        ("https://example.org:port", "Write it as browsers send it"),
        ("https://example.org:65536", "Write it as browsers send it"),
        ("https://[::1]:65536", "Write it as browsers send it"),
        ("https://", "Write it as browsers send it"),
        ("https:///", "Write it as browsers send it"),
        ("https://a.example,https://b.example", "Write it as browsers send it"),
    ],
)
def test_what_no_browser_sends_is_refused_with_the_fix(given, fix):
    with pytest.raises(ValueError, match=re.escape(f"Not an origin: {given!r}. ")) as caught:
        CORSMiddleware(app, ["https://a.example", given])
    assert fix in str(caught.value)


@given(st.one_of(st.text(), st.from_regex(r"https?://[A-Za-z0-9.:_-]*[/ ?]?", fullmatch=True)))
def test_an_origin_that_is_taken_is_allowed_and_taken_again(text):
    assume(text)
    try:
        allowed = CORSMiddleware(app, [text])
    except ValueError:
        return
    (origin,) = allowed.allow_origins
    assert allowed.is_allowed_origin(origin)
    assert CORSMiddleware(app, [origin]).allow_origins == (origin,)


def test_time_is_linear_in_the_origin(assert_linear):
    allowed = CORSMiddleware(app, ["*"], allow_credentials=True)
    for part in ("a", "a-", "://", "1:", "["):
        assert_linear(allowed.is_allowed_origin, lambda n, part=part: "https://" + part * n, 50_000)

        def construct(text):
            with pytest.raises(ValueError):
                CORSMiddleware(app, [text])

        assert_linear(construct, lambda n, part=part: "https://" + part * n, 20_000)
