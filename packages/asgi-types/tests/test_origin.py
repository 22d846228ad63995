"""Origins as browsers write them, and whether one is the request's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_types.origin import MAX_ORIGIN, Origin, is_own_origin, parse_origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", ("https", "example.org", 443)),
        ("http://example.org", ("http", "example.org", 80)),
        ("https://example.org:443", ("https", "example.org", 443)),
        ("https://example.org:80", ("https", "example.org", 80)),
        ("http://example.org:0", ("http", "example.org", 0)),
        ("http://example.org:65535", ("http", "example.org", 65535)),
        ("HTTPS://Example.ORG", ("https", "example.org", 443)),
        ("https://example.org.", ("https", "example.org.", 443)),
        ("https://my_app.example", ("https", "my_app.example", 443)),
        ("https://xn--bcher-kva.example", ("https", "xn--bcher-kva.example", 443)),
        ("http://127.0.0.1:3000", ("http", "127.0.0.1", 3000)),
        ("http://[::1]:8000", ("http", "[::1]", 8000)),
        ("http://[2001:DB8:0:0::1]", ("http", "[2001:db8::1]", 80)),
        ("wss://example.org", ("wss", "example.org", 443)),
        ("capacitor://localhost", ("capacitor", "localhost", None)),
        ("capacitor://localhost:80", ("capacitor", "localhost", 80)),
        ("safari-web-extension://E4797F8D-A", ("safari-web-extension", "e4797f8d-a", None)),
        ("app://-", ("app", "-", None)),
        ("a+b-c.d://x", ("a+b-c.d", "x", None)),
        ("https://" + "a" * 255, ("https", "a" * 255, 443)),
    ],
)
def test_an_origin(text, expected):
    assert parse_origin(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "*", "file://", "://", "https://", "https:", "example.org", "://example.org", "//example.org"),
        *("https:example.org", "https:/example.org", "https:///example.org", "https://https://example.org"),
        *("https://example.org/", "https://example.org/path", "https://example.org?query", "https://example.org#part"),
        *("https://example.org\\", "https://example.org\\evil.example", " https://example.org", "https://example.org "),
        *("https://example.org\n", "https://exa mple.org", "https://a.example, https://b.example"),
        *(
            "https://user@example.org",
            "https://user:word@example.org",
            "https://*.example.org",
            "https://exam%70le.org",
        ),
        *("https://example.org:", "https://example.org:x", "https://example.org:-1", "https://example.org:65536"),
        *("https://example.org:99999", "https://example.org:000443", "https://example.org:443:443"),
        *(
            "https://b\xfccher.example",
            "https://\u212aelvin.example",
            "\u212a://example.org",
            "https://example.org:\u0664",
        ),
        *("https://.", "https://.example.org", "https://a..example.org", "https://example.org..", "https://.:443"),
        *("1a://example.org", "a_b://example.org", "-a://example.org", "https://a,b.example", "https://a!b.example"),
        *(
            "https://[::1",
            "https://::1",
            "https://[]",
            "https://[1]",
            "https://[::g]",
            "https://[v1.a]",
            "https://[::1]a",
        ),
        *("https://[1:2:3:4:5:6:7:8:9]", "https://[::1%25eth0]", "https://" + "a" * 256, "a" * 290 + "://example.org"),
    ],
)
def test_no_origin(text):
    assert parse_origin(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("HTTPS://Example.org:443", "https://example.org"),
        ("http://example.org:00080", "http://example.org"),
        ("http://example.org:443", "http://example.org:443"),
        ("http://[2001:DB8::0:1]:80", "http://[2001:db8::1]"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("capacitor://localhost:80", "capacitor://localhost:80"),
    ],
)
def test_an_origin_is_written_as_browsers_do(text, written):
    assert str(parse_origin(text)) == written


def test_the_longest_origin_fits():
    text = "a" * (MAX_ORIGIN - 6) + "://a:1"
    assert parse_origin(text) == ("a" * (MAX_ORIGIN - 6), "a", 1)
    assert parse_origin("a" + text) is None


def scope_of(host="example.org", **more):
    hosts = [host] if isinstance(host, str) else host
    return {"type": "http", "headers": [(b"a", b"b"), *((b"host", each.encode("latin-1")) for each in hosts)], **more}


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://example.org", "example.org"),
        ("http://example.org", "example.org"),
        ("https://example.org", "example.org:443"),
        ("https://example.org:443", "example.org"),
        ("http://example.org", "example.org:80"),
        ("http://example.org", "example.org:"),
        ("http://example.org:8000", "example.org:8000"),
        ("https://EXAMPLE.org", "example.ORG"),
        ("http://[::1]:8000", "[0:0::1]:8000"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
    ],
)
@pytest.mark.parametrize("scheme", [{}, {"scheme": "http"}, {"scheme": "ws"}, {"scheme": None}], ids=str)
def test_the_own_origin(origin, host, scheme):
    assert is_own_origin(origin, scope_of(host, **scheme))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "example.org"),
        ("https://www.example.org", "example.org"),
        ("https://example.org", "www.example.org"),
        ("https://example.org.", "example.org"),
        ("https://example.org:8443", "example.org"),
        ("https://example.org", "example.org:8443"),
        ("http://example.org:443", "example.org"),
        ("https://example.org", "example.org:80"),
        ("http://[::1]", "[::2]"),
        ("https://example.org/", "example.org"),
        ("https://example.org@evil.example", "example.org"),
        ("file://example.org", "example.org"),
        ("capacitor://example.org", "example.org"),
        ("ws://example.org", "example.org"),
        ("wss://example.org", "example.org"),
        ("ftp://example.org:80", "example.org:80"),
        ("null", "null"),
        ("https://", ""),
        ("https://example.org", ""),
        ("https://example.org", []),
        ("https://example.org", ["example.org", "example.org"]),
        ("https://example.org", "example.org/a"),
    ],
)
def test_another_origin(origin, host):
    assert not is_own_origin(origin, scope_of(host))


@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_over_tls_the_own_origin_is_one_of_https(scheme):
    assert is_own_origin("https://example.org", scope_of(scheme=scheme))
    assert not is_own_origin("http://example.org", scope_of(scheme=scheme))
    assert not is_own_origin("http://example.org:443", scope_of(scheme=scheme))


def test_a_scope_without_headers_has_no_origin():
    assert not is_own_origin("https://example.org", {"type": "websocket"})


# Any text at all

TEXTS = st.text(max_size=40) | st.text(alphabet="htps:/.*@[]0123456789aexmplorg,%_-", max_size=40)
PORTS = st.none() | st.integers(0, 65535)
HOSTS = st.one_of(
    st.from_regex(r"[a-z0-9_-]{1,9}(\.[a-z0-9_-]{1,9}){0,3}\.?", fullmatch=True),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)


@given(TEXTS | TEXTS.map("https://{}".format))
def test_what_is_an_origin_is_the_same_when_it_is_written_and_read_again(text):
    origin = parse_origin(text)
    if origin is not None:
        assert parse_origin(str(origin)) == origin
        assert str(parse_origin(str(origin))) == str(origin)
        assert text.isascii()
        assert str(origin).partition(":")[0] == text.partition(":")[0].lower()


@given(scheme=st.sampled_from(["http", "https", "app"]), host=HOSTS, port=PORTS)
def test_each_origin_is_read_as_it_was_written(scheme, host, port):
    origin = parse_origin(str(Origin(scheme, host, port)))
    expected = {"http": 80, "https": 443}.get(scheme) if port is None else port
    assert str(origin) == str(Origin(scheme, host, expected))
    assert (origin.scheme, origin.host, origin.port) == (scheme, host, expected)


@given(scheme=st.sampled_from(["http", "https"]), host=HOSTS, port=PORTS, asked=HOSTS, asked_port=PORTS)
def test_the_own_origin_is_that_of_host_and_port(scheme, host, port, asked, asked_port):
    def with_port(name, number):
        return name if number is None else f"{name}:{number}"

    origin, default = f"{scheme}://{with_port(host, port)}", {"http": 80, "https": 443}[scheme]
    assert is_own_origin(origin, scope_of(with_port(host, port)))
    is_same = host == asked and (default if port is None else port) == (default if asked_port is None else asked_port)
    assert is_own_origin(origin, scope_of(with_port(asked, asked_port))) is is_same


@given(left=TEXTS, right=TEXTS)
def test_nothing_around_the_name_of_the_host_makes_another_origin_the_own_one(left, right):
    if is_own_origin(f"https://{left}example.org{right}", scope_of()):
        assert left == ""
        assert right == "" or right.lstrip(":0") == "443"


def test_time_is_linear(assert_linear):
    for part in ("a", "a-", "://", "1:", "[", ".", "https://a"):
        assert_linear(parse_origin, lambda n, part=part: "https://" + part * n, 50_000)
        assert_linear(lambda text: is_own_origin(text, scope_of(text)), lambda n, part=part: part * n, 20_000)
