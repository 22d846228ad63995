"""RFC 7239, its examples as a table, and what is built from its grammar."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asgi_middleware import ForwardedElement, parse_forwarded
from asgi_types import Address


def element(for_=None, by=None, host=None, proto=None):
    return ForwardedElement(for_, by, host, proto)


IPV6 = "[2001:db8:cafe::17]"

EXAMPLES = [
    ("4", 'for="_gazonk"', [element("_gazonk")]),
    ("4", 'For="[2001:db8:cafe::17]:4711"', [element(f"{IPV6}:4711")]),
    ("4", "for=192.0.2.60;proto=http;by=203.0.113.43", [element("192.0.2.60", "203.0.113.43", None, "http")]),
    ("4", "for=192.0.2.43, for=198.51.100.17", [element("192.0.2.43"), element("198.51.100.17")]),
    ("6", 'for="192.0.2.43:47011"', [element("192.0.2.43:47011")]),
    ("6", 'for="[2001:db8:cafe::17]:47011"', [element(f"{IPV6}:47011")]),
    ("6.3", "for=_hidden, for=_SEVKISEK", [element("_hidden"), element("_SEVKISEK")]),
    (
        "7.1",
        'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
        [element("192.0.2.43"), element(IPV6), element("unknown")],
    ),
    (
        "7.1",
        'for=192.0.2.43, for="[2001:db8:cafe::17]", for=unknown',
        [element("192.0.2.43"), element(IPV6), element("unknown")],
    ),
    ("7.4", 'for=192.0.2.43, for="[2001:db8:cafe::17]"', [element("192.0.2.43"), element(IPV6)]),
    (
        "7.5",
        "for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com",
        [element("192.0.2.43"), element("198.51.100.17", "203.0.113.60", "example.com", "http")],
    ),
]


@pytest.mark.parametrize(("section", "value", "expected"), EXAMPLES)
def test_examples_of_the_rfc(section, value, expected):
    assert parse_forwarded(value) == expected


@pytest.mark.parametrize(
    ("for_", "client"),
    [
        ("192.0.2.43", ("192.0.2.43", 0)),
        ("192.0.2.43:47011", ("192.0.2.43", 47011)),
        ("192.0.2.43:0", ("192.0.2.43", 0)),
        ("192.0.2.43:65535", ("192.0.2.43", 65535)),
        ("192.0.2.43:_secret", ("192.0.2.43", 0)),
        ("[2001:db8:cafe::17]", ("2001:db8:cafe::17", 0)),
        ("[2001:DB8:CAFE:0::17]:4711", ("2001:db8:cafe::17", 4711)),
        ("[::ffff:192.0.2.43]", ("192.0.2.43", 0)),
        ("unknown", ("unknown", 0)),
        ("_hidden", ("_hidden", 0)),
        ("_a.b-c_d:_e.f-g", ("_a.b-c_d", 0)),
        ("_hidden:8080", ("_hidden", 8080)),
    ],
)
def test_a_node_is_an_address_and_a_port(for_, client):
    (found,) = parse_forwarded(f'for="{for_}"')
    assert found.client == client
    assert isinstance(found.client, Address)


def test_an_element_that_tells_no_client():
    assert element(by="192.0.2.1").client is None


def test_an_element_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        element().for_ = "192.0.2.43"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        (" ,, \t,", []),
        ("for=1.2.3.4,", [element("1.2.3.4")]),
        (";", [element()]),
        (";;for=1.2.3.4;", [element("1.2.3.4")]),
        ("for=1.2.3.4 ; proto=https", [element("1.2.3.4", proto="https")]),
        ("\tFOR=1.2.3.4;\tPrOtO=HTTPS\t", [element("1.2.3.4", proto="HTTPS")]),
        ('for="\\1.2\\.3.4"', [element("1.2.3.4")]),
        ('host="example.com:8080"', [element(host="example.com:8080")]),
        ("proto=coap+tcp", [element(proto="coap+tcp")]),
        ('secret="a, b;c=\\"d\\\\";for=1.2.3.4', [element("1.2.3.4")]),
        ('secret="";for=1.2.3.4', [element("1.2.3.4")]),
        ('x="\\\\", for=1.2.3.4', [element(), element("1.2.3.4")]),
        ('x=" \t\x80\xff!"', [element()]),
        ("by=_proxy;host=[::1];proto=http", None),  # brackets are not of a token
        ('by=_proxy;host="[::1]";proto=http', [element(None, "_proxy", "[::1]", "http")]),
    ],
)
def test_the_grammar(value, expected):
    if expected is None:
        with pytest.raises(ValueError):
            parse_forwarded(value)
    else:
        assert parse_forwarded(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "for",
        "for=",
        "=1.2.3.4",
        "for =1.2.3.4",
        "for= 1.2.3.4",
        "for=1.2.3.4 proto=http",
        'for="1.2.3.4',
        'for=1.2.3.4"',
        'for="1.2.3.4"x',
        'for="1.2.3.4\\"',
        'for="a\x00b"',
        'x="\x1f"',
        'x="\\\x7f"',
        "f(r=1.2.3.4",
        "for=1.2.3.4;for=5.6.7.8",
        "for=1.2.3.4;FOR=1.2.3.4",
        "x=1;y=2;x=1",
        "for=1.2.3.4:80",  # a colon is not of a token
        "for=[2001:db8::1]",
        'for="2001:db8::1"',
        'for="[2001:db8::1"',
        'for="[1.2.3.4]"',
        'for="[:]"',
        'for="[2001:db8::1%eth0]"',
        'for="1.2.3.4:"',
        'for="1.2.3.4:65536"',
        'for="1.2.3.4:123456"',
        'for="1.2.3.4:_"',
        'for="1.2.3"',
        'for="1.2.3.256"',
        'for="1.2.3.04"',
        'for=""',
        "for=_",
        "for=hidden",
        "for=unknowns",
        f"for=_{'x' * 255}",
        "by=me",
        "host=ex_ample.com/",
        'host="example.com:99999"',
        'host=""',
        "proto=1http",
        'proto="http:"',
        'proto=""',
        "for=1.2.3.4, oops",
        "oops, for=1.2.3.4",
        'for="1.2.3.4, for=5.6.7.8',
        'a="b, c=d", e="',
    ],
)
def test_what_is_malformed(value):
    with pytest.raises(ValueError):
        parse_forwarded(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("for=1.2.3.4;FOR=5.6.7.8", "'for' is there twice in one element of Forwarded."),
        ("for=1.2.3.4;x<y", "Malformed Forwarded at 'x<y'."),
        ("for=nobody", "Not a node of RFC 7239 section 6: for='nobody'."),
        ('host="a b"', "Not a host: 'a b'."),
        ("proto=4", "Not a scheme: '4'."),
    ],
)
def test_what_is_wrong_is_told(value, message):
    with pytest.raises(ValueError) as caught:
        parse_forwarded(value)
    assert str(caught.value) == message


TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ"
PORTS = st.one_of(
    st.just(""),
    st.integers(0, 65535).map(lambda port: f":{port}"),
    st.text("abcXYZ019._-", min_size=1, max_size=5).map(lambda name: f":_{name}"),
)
NODES = st.tuples(
    st.one_of(
        st.ip_addresses(v=4).map(str),
        st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
        st.just("unknown"),
        st.text("abcXYZ019._-", min_size=1, max_size=20).map(lambda name: f"_{name}"),
    ),
    PORTS,
).map("".join)
HOSTS = st.one_of(st.sampled_from(["example.com", "a.b:80", "[::1]:8000", "x,y"]), NODES.filter(lambda t: "_" not in t))
SCHEMES = st.sampled_from(["http", "https", "HTTPS", "coap+tcp"])
QUOTABLE = st.text([*map(chr, (9, *range(32, 127), *range(128, 256)))], max_size=8)


@st.composite
def written(draw, text):
    """``text`` as a token, where it can be one, or as a quoted string, with escapes anywhere."""
    may_be_token = bool(text) and all(character in TOKEN_CHARACTERS for character in text)
    if may_be_token and draw(st.booleans()):
        return text
    escaped = [
        f"\\{character}" if character in '"\\' or (character < "\x80" and draw(st.booleans())) else character
        for character in text
    ]
    return f'"{"".join(escaped)}"'


@st.composite
def values(draw):
    """A value and the elements that it has."""
    texts, elements = [], []
    for _ in range(draw(st.integers(1, 4))):
        fields = {
            "for": draw(st.none() | NODES),
            "by": draw(st.none() | NODES),
            "host": draw(st.none() | HOSTS),
            "proto": draw(st.none() | SCHEMES),
        }
        pairs = [(name, text) for name, text in fields.items() if text is not None]
        pairs += [(f"x{number}", draw(QUOTABLE)) for number in range(draw(st.integers(0, 2)))]
        elements.append(element(fields["for"], fields["by"], fields["host"], fields["proto"]))
        parts = []
        for name, text in draw(st.permutations(pairs)):
            cased = "".join(draw(st.sampled_from([letter.upper(), letter])) for letter in name)
            parts.append(f"{cased}={draw(written(text))}")
        texts.append(draw(st.sampled_from([";", "; "])).join(parts) or ";")
    return draw(st.sampled_from([",", ", ", " ,\t", ", ,"])).join(texts), elements


@given(values())
def test_what_is_written_by_the_grammar_is_read(written_and_meant):
    value, meant = written_and_meant
    assert parse_forwarded(value) == meant


@given(st.text(st.sampled_from('for=1.2;,"\\ \t[]:_x\xe9'), max_size=40) | st.text(max_size=40))
@example('"')
@example('a="\\')
def test_any_text_is_read_or_refused(text):
    try:
        found = parse_forwarded(text)
    except ValueError:
        return
    assert all(isinstance(each, ForwardedElement) for each in found)
    for each in found:
        assert each.for_ is None or each.client is not None


@settings(max_examples=50)
@given(st.text(st.sampled_from('for=1.2;,"\\ \t[]:_x'), max_size=30), values())
def test_what_stands_before_a_well_formed_value_does_not_change_it(before, written_and_meant):
    value, meant = written_and_meant
    try:
        found = parse_forwarded(f"{before}, {value}")
    except ValueError:
        return
    assert found[-len(meant) :] == meant


@pytest.mark.parametrize(
    "piece",
    ['"', "\\", '\\"', '"\\', "=", ";", ",", " ", "a=b,", 'a="b",', 'a="', "for=1.2.3.4,", "x", "_", ",=", '";'],
)
@pytest.mark.parametrize("begin", ["", 'for="', "for=", "for=_"])
def test_time_is_linear(assert_linear, begin, piece):
    def read(value):
        with contextlib.suppress(ValueError):
            parse_forwarded(value)

    assert_linear(read, lambda n: begin + piece * n, 200)
    assert_linear(read, lambda n: begin + ";".join(f"a{number}={number}" for number in range(n)), 100)
