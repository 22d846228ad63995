"""From which pages a WebSocket may be opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types import HTTPException
from asgi_websockets import WebSocket, check_origin


def scope_of(origin, host="example.org", **more):
    """A scope with these ``Origin`` and ``Host`` headers: one, several in a list, or None."""
    fields = [(b"host", [host] if isinstance(host, str) else host or [])]
    fields += [(b"origin", [origin] if isinstance(origin, str) else origin or [])]
    headers = [(name, value.encode("latin-1")) for name, values in fields for value in values]
    return {"type": "websocket", "headers": [(b"user-agent", b"x"), *headers], **more}


def is_let_in(origin, allowed=(), host="example.org", **more):
    try:
        check_origin(scope_of(origin, host, **more), allowed)
    except HTTPException as refusal:
        return {403: False}[refusal.status_code]
    return True


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://example.org", "example.org"),
        ("http://example.org", "example.org"),
        ("https://example.org", "example.org:443"),
        ("https://example.org:443", "example.org"),
        ("http://example.org", "example.org:80"),
        ("http://example.org:8000", "example.org:8000"),
        ("https://EXAMPLE.org", "example.ORG"),
        ("HTTPS://example.org", "example.org"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[::1]", "[::1]:80"),
        ("https://[2001:DB8::1]", "[2001:db8::1]"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_the_same_origin(origin, host):
    assert is_let_in(origin, host=host)


@pytest.mark.parametrize("scheme", ["ws", "wss", None])
def test_a_proxy_may_have_ended_tls(scheme):
    assert is_let_in("https://example.org", scheme=scheme)


def test_over_tls_the_same_origin_is_one_of_https():
    assert not is_let_in("http://example.org", scheme="wss")
    assert is_let_in("http://example.org", ["http://example.org"], scheme="wss")
    assert is_let_in("http://example.org", scheme="ws")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "example.org"),
        ("https://example.org:8443", "example.org"),
        ("https://example.org", "example.org:8443"),
        ("http://example.org:443", "example.org"),
        ("https://example.org", "example.org:80"),
        ("https://www.example.org", "example.org"),
        ("https://example.org", "www.example.org"),
        ("https://example.org.evil.example", "example.org"),
        ("https://evil-example.org", "example.org"),
        ("https://example.org@evil.example", "example.org"),
        ("https://user@example.org", "example.org"),
        ("https://user:word@example.org", "example.org"),
        ("https://example.org/", "example.org"),
        ("https://example.org/path", "example.org"),
        ("https://example.org?query", "example.org"),
        ("https://example.org#fragment", "example.org"),
        ("https://example.org\\evil.example", "example.org"),
        ("https://example.org evil.example", "example.org"),
        (" https://example.org", "example.org"),
        ("https://example.org:", "example.org:8000"),
        ("https://example.org:99999", "example.org"),
        ("https://example.org:x", "example.org"),
        ("https:/example.org", "example.org"),
        ("https:example.org", "example.org"),
        ("//example.org", "example.org"),
        ("example.org", "example.org"),
        ("://example.org", "example.org"),
        ("https://https://example.org", "example.org"),
        ("file://example.org", "example.org"),
        ("capacitor://example.org", "example.org"),
        ("chrome-extension://example.org", "example.org"),
        ("wss://example.org", "example.org"),
        ("https://[::1", "[::1]"),
        ("https://::1", "[::1]"),
        ("null", "null"),
        ("null", "example.org"),
        ("", "example.org"),
        ("", ""),
        ("https://", ""),
        ("https://ex\xe4mple.org", "ex\xe4mple.org"),
    ],
)
def test_another_origin_or_none_that_can_be_read(origin, host):
    assert not is_let_in(origin, host=host)


@pytest.mark.parametrize("host", [None, [], ["example.org", "example.org"], ["evil.example", "example.org"], "a/b", ""])
def test_without_one_readable_host_no_origin_is_the_same(host):
    assert not is_let_in("https://example.org", host=host)
    assert is_let_in("https://example.org", ["https://example.org"], host=host)


def test_several_origins_are_refused_even_if_each_is_allowed():
    both = ["https://example.org", "https://example.org"]
    assert not is_let_in(both, ["https://example.org"])
    assert not is_let_in("https://example.org, https://example.org", ["https://example.org"])
    assert is_let_in(both, ["*"])


def test_what_is_no_page_of_a_browser_may_connect():
    assert is_let_in(None)
    assert is_let_in(None, ["https://example.org"])
    check_origin({"type": "websocket"}, [])


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://a.example", ["https://a.example"]),
        ("https://a.example", ["https://b.example", "https://a.example"]),
        ("https://a.example", {"https://a.example"}),
        ("https://a.example", "https://a.example"),
        ("https://A.example", ["https://a.EXAMPLE"]),
        ("https://a.example:443", ["https://a.example"]),
        ("https://a.example", ["https://a.example:443"]),
        ("http://a.example:8000", ["http://a.example:8000"]),
        ("https://a.b.example", ["https://*.b.example"]),
        ("https://c.a.b.example", ["https://*.b.example"]),
        ("https://A.B.example:443", ["HTTPS://*.b.example"]),
        ("https://a.b.example:8443", ["https://*.b.example:8443"]),
        ("http://[::1]:3000", ["http://[::1]:3000"]),
        ("capacitor://localhost", ["capacitor://localhost"]),
        ("chrome-extension://abcdef", ["chrome-extension://abcdef"]),
        ("null", ["null"]),
        ("file://", ["file://"]),
        ("https://anything.example", ["*"]),
        ("https://anything.example", "*"),
        ("no origin at all", ["https://a.example", "*"]),
        ("https://example.org", ["https://a.example"]),
    ],
)
def test_an_origin_that_is_allowed(origin, allowed):
    assert is_let_in(origin, allowed)


WILD = "https://*.example.com"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://example.com", WILD),
        ("https://evil-example.com", WILD),
        ("https://evilexample.com", WILD),
        ("https://a.example.com.evil.example", WILD),
        ("https://example.com.evil.example", WILD),
        ("https://a.example.com@evil.example", WILD),
        ("https://evil.example/.example.com", WILD),
        ("https://evil.example#.example.com", WILD),
        ("https://evil.example?.example.com", WILD),
        ("https://evil.example:443.example.com", WILD),
        ("https://evil.example\\.example.com", WILD),
        ("http://a.example.com", WILD),
        ("https://a.example.com:8443", WILD),
        ("https://a.example.com/", WILD),
        ("https://.example.com:8443", WILD),
        ("https://a.example.com", "https://example.com"),
        ("https://a.example.com", "https://*.com.example"),
        ("https://a.example", ""),
        ("https://a.example", "null"),
        ("http://a.example", "https://a.example"),
        ("https://a.example:8443", "https://a.example"),
        ("null", "https://null"),
        ("", "https://a.example"),
        ("null", WILD),
    ],
)
def test_an_origin_that_is_not_allowed(origin, allowed):
    assert not is_let_in(origin, [allowed])
    assert not is_let_in(origin, ["https://other.example", allowed])


def test_by_default_it_is_looked_at_where_there_is_a_session():
    assert is_let_in("https://evil.example", None)
    assert not is_let_in("https://evil.example", None, session={})
    assert is_let_in("https://example.org", None, session={})
    assert is_let_in(None, None, session={})
    assert is_let_in("https://evil.example", ["*"], session={})


def test_the_refusal_names_the_origin_and_what_is_too_long_is_cut():
    with pytest.raises(HTTPException) as caught:
        check_origin(scope_of("https://evil.example"), [])
    assert caught.value.detail == "WebSockets from 'https://evil.example' are not allowed at 'example.org'."
    with pytest.raises(HTTPException) as caught:
        check_origin(scope_of("https://" + "\xe4" * 10_000), [])
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    "pattern",
    [
        *("example.org", "https://example.org/", "https://", "https://*", "*.example.org", "https://a@b", "**"),
        *("https://a.*.example", "https://example.org:99999", "wss://example.org"),
    ],
)
def test_what_could_be_no_origin_is_an_error_of_the_class(pattern):
    with pytest.raises(ValueError) as caught:
        type("Ours", (WebSocket,), {"allowed_origins": [pattern]})
    assert f"{pattern!r}" in str(caught.value)
    with pytest.raises(ValueError, match=r"^Not an origin"):
        check_origin(scope_of("https://example.org"), ["https://example.org", pattern])
    type("Ours", (WebSocket,), {"allowed_origins": ["*", "null", "https://*.example.org", "capacitor://localhost"]})
    type("Ours", (WebSocket,), {"allowed_origins": "https://example.org"})
    type("Ours", (WebSocket,), {"allowed_origins": ["file://", ""]})  # as "".split(",") gives it


# Any header at all

LABELS = st.text(alphabet="abc-", min_size=1, max_size=4)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
HEADERS = st.text(alphabet=st.characters(max_codepoint=255), max_size=40) | st.text(
    alphabet="htps:/.*@[]0123456789aexmplorg,%", max_size=40
)


@given(origin=HEADERS | HEADERS.map("https://{}".format), host=HEADERS)
def test_no_header_is_a_crash(origin, host):
    is_let_in(origin, ["https://a.example", "https://*.example.com"], host)


@given(name=NAMES, host=NAMES, scheme=st.sampled_from(["http", "https"]), port=st.none() | st.integers(0, 65535))
def test_an_origin_of_another_host_is_never_let_in(name, host, scheme, port):
    origin = f"{scheme}://{name}" + ("" if port is None else f":{port}")
    is_same = name == host and port in (None, {"http": 80, "https": 443}[scheme])
    assert is_let_in(origin, host=host) is is_same


@given(name=NAMES, domain=NAMES)
def test_a_wildcard_is_for_what_is_below_its_name_and_nothing_else(name, domain):
    assert is_let_in(f"https://{name}", [f"https://*.{domain}"]) is name.endswith(f".{domain}")


@given(left=HEADERS, right=HEADERS)
def test_nothing_around_the_name_of_the_host_makes_another_one_the_same(left, right):
    origin = f"https://{left}example.org{right}"
    if is_let_in(origin):
        assert left == ""
        assert right in ("", ":") or right.lstrip(":0") == "443"
