"""The parser of the Host header."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_types import parse_host


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("example.org", ("example.org", None)),
        ("EXAMPLE.org", ("EXAMPLE.org", None)),
        ("example.org:8000", ("example.org", 8000)),
        ("example.org:80", ("example.org", 80)),
        ("example.org:", ("example.org", None)),
        ("example.org:0", ("example.org", 0)),
        ("example.org:00080", ("example.org", 80)),
        ("example.org:" + "80".zfill(64), ("example.org", 80)),
        ("[v1.fe]", ("[v1.fe]", None)),
        ("[vF.a:b~!$&'()*+,;=-]:80", ("[vF.a:b~!$&'()*+,;=-]", 80)),
        ("example.org:65535", ("example.org", 65535)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]", ("[::1]", None)),
        ("[::1]:8000", ("[::1]", 8000)),
        ("[::ffff:127.0.0.1]", ("[::ffff:127.0.0.1]", None)),
        ("[2001:DB8::A]", ("[2001:DB8::A]", None)),
        ("a%2Fb", ("a%2Fb", None)),
        ("a_b-c.d~!$&'()*+,;=", ("a_b-c.d~!$&'()*+,;=", None)),
        ("a" * 255, ("a" * 255, None)),
        ("a" * 255 + ":65535", ("a" * 255, 65535)),
    ],
)
def test_well_formed(value, expected):
    assert parse_host(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", ":", ":80", " ", "a b", " a", "a ", "a\n", "a\r\nb", "a\0", "a\t", "é", "\u212a"),
        *(
            "a:b",
            "a:80:80",
            "a:-1",
            "a:+1",
            "a: 1",
            "a:1 ",
            "a:65536",
            "a:localhost",
            "a:99999",
            "a:" + "0" * 65,
            "a:" + "9" * 64,
            "a:\u0661",
        ),
        *("a%", "a%2", "a%zz", "%%41"),
        *("[", "]", "[]", "[::1", "::1", "::1]", "[::1]a", "a[::1]", "[[::1]]", "[::1]:x", "[1.2.3.4]", "[a]"),
        *("[12345::]", "[1:2:3:4:5:6:7:8:9]", "[:::]", "[fe80::1%eth0]", "[fe80::1%25eth0]", "[.]"),
        *("[V1.fe]", "[v.fe]", "[v1.]", "[v1fe]", "[v1.a@b]"),
        "a" * 256,
        "a," * 200 + ":80",
    ],
)
def test_malformed(value):
    assert parse_host(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *("a/", "a/b", "/a", "//a", "a?b", "a#b", "a\\b", "a@b", "@a", "a:80/b", "a:80?b", "a:80#b", "a:80@b"),
        *("http://a", "a/?", "a/../b", "[::1]/b", "[::1]@a", "a;b/c", "a<b>", 'a"b', "a|b", "a^b", "a`b", "a{b}"),
    ],
)
def test_cve_2026_48710_what_could_begin_a_path_or_user_information_is_malformed(value):
    """Starlette put any Host into the URL, whose path then began in the Host."""
    assert parse_host(value) is None


@pytest.mark.parametrize("value", ["[", "[::1", "[]", "[g::]", "[::1]]", "[1:2]", "[" + ":" * 300 + "]"])
def test_cve_2022_33124_invalid_ipv6_is_malformed_and_nothing_worse(value):
    """In aiohttp an invalid IPv6 address raised."""
    assert parse_host(value) is None
    assert parse_host(f"{value}:80") is None


def check_against_urlsplit(value):
    found = parse_host(value)
    if found is None:
        return
    host, port = found
    assert 0 < len(host) <= 255
    assert value.startswith(host)
    for path in ("", "/", "/p:1@x"):
        parts = urlsplit(f"http://{value}{path}")
        assert (parts.scheme, parts.path, parts.query, parts.fragment) == ("http", path, "", "")
        assert parts.netloc == value
        assert (parts.username, parts.password, parts.port) == (None, None, port)
        assert (parts.hostname or "").lower() == host.strip("[]").lower()


@given(st.text() | st.binary().map(lambda value: value.decode("latin-1")) | st.text(alphabet="aF0189:.[]%@/?#\\-_\n"))
@example("[::]")
@example("a%2F:80")
def test_any_text_is_read_as_urlsplit_reads_it_or_is_malformed(value):
    check_against_urlsplit(value)


names = st.from_regex(r"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,85}", fullmatch=True)
addresses = st.ip_addresses(v=6).map(lambda address: f"[{address}]") | st.ip_addresses(v=6).map(
    lambda address: f"[{address.exploded.upper()}]"
)
future_addresses = st.from_regex(r"\[v[0-9A-Fa-f]{1,3}\.[A-Za-z0-9._~!$&'()*+,;=:-]{1,85}\]", fullmatch=True)
ports = st.none() | st.integers(0, 65535)


@given(names | addresses | future_addresses | st.ip_addresses(v=4).map(str), ports)
def test_everything_well_formed_is_accepted(host, port):
    value = host if port is None else f"{host}:{port}"
    assert parse_host(value) == (host, port)
    check_against_urlsplit(value)


@pytest.mark.parametrize(
    "make_input",
    [
        *(
            lambda n, part=part: part * n
            for part in ["a", "%", "%41", "a%41", ":", "a:", "[", "]", "[]", "[:", "0", "."]
        ),
        *(lambda n, part=part: part * n + "/" for part in ["a", "%41", "a%41", "a:1", "!", "a."]),
        lambda n: "a:" + "0" * n,
        lambda n: "[" + ":" * n + "]",
        lambda n: "[" + "1:" * n,
        lambda n: "[::1]" + ":" * n,
        lambda n: "[::1]:" + "8" * n,
        lambda n: "[v1." + "a" * n,
        lambda n: "[v" + "1" * n,
    ],
)
def test_parsing_takes_linear_time(assert_linear, make_input):
    assert_linear(parse_host, make_input, 50_000)
