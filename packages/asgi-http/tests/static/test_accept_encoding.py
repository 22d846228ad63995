import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_http._static.accept_encoding import acceptable_encodings, parse_accept_encoding, parse_weight

OFFERED = ("br", "zstd", "gzip")


# Weights


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        *[("q=1", 1000), ("q=1.", 1000), ("q=1.000", 1000), ("Q=1.0", 1000)],
        *[("q=0", 0), ("q=0.", 0), ("q=0.000", 0), ("q=0.001", 1), ("q=0.5", 500), ("q=0.25", 250), ("q=0.999", 999)],
    ],
)
def test_weights(text, weight):
    assert parse_weight(text) == weight


@pytest.mark.parametrize(
    "text",
    [
        *["", "q", "q=", "q=2", "q=1.001", "q=0.0000", "q=-1", "q=+1", "q=.5", "q=1e0", "q=01", "q= 1", "q=high"],
        *["level=1", "q=\xb9", "q=0.\u0665", "q=0.5;a=b", "xq=1"],
    ],
)
def test_what_is_no_weight(text):
    assert parse_weight(text) is None


# Members


@pytest.mark.parametrize(
    ("header", "weights"),
    [
        ("", {}),
        ("gzip", {"gzip": 1000}),
        ("gzip, deflate, br, zstd", {"gzip": 1000, "deflate": 1000, "br": 1000, "zstd": 1000}),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", {"gzip": 1000, "identity": 500, "*": 0}),
        ("GZip\t;\tQ=0.5", {"gzip": 500}),
        ("x-gzip", {"gzip": 1000}),
        ("X-GZIP;q=0.1", {"gzip": 100}),
        (",, ,gzip, ,", {"gzip": 1000}),
        ("gzip;q=0, gzip", {"gzip": 1000}),
    ],
)
def test_members(header, weights):
    assert parse_accept_encoding(header) == weights


@pytest.mark.parametrize(
    "member", ["gzip;q=2", "gzip;", "gzip;level=9", "gzip;q=0.5;q=1", "gz ip", "g\xfczip", '"gzip"', ";q=1", "gzip=1"]
)
def test_a_malformed_member_is_ignored_and_the_others_hold(member):
    assert parse_accept_encoding(f"br;q=0.1, {member}, zstd") == {"br": 100, "zstd": 1000}


# The choice


@pytest.mark.parametrize(
    ("header", "encodings"),
    [
        ("gzip, deflate, br, zstd", ["br", "zstd", "gzip", "identity"]),
        ("gzip, br", ["br", "gzip", "identity"]),
        ("gzip;q=0.001", ["gzip", "identity"]),
        ("gzip;q=1, br;q=0.5", ["gzip", "br", "identity"]),
        ("deflate", ["identity"]),
        ("", ["identity"]),
        ("identity", ["identity"]),
        ("*", ["br", "zstd", "gzip", "identity"]),
        ("*;q=0.5, gzip", ["gzip", "br", "zstd", "identity"]),
        ("*, br;q=0", ["zstd", "gzip", "identity"]),
        ("gzip, identity;q=0.5", ["gzip", "identity"]),
        ("gzip;q=0.5, identity", ["identity", "gzip"]),
        ("gzip, identity", ["gzip", "identity"]),
        ("gzip, identity;q=0", ["gzip"]),
        ("gzip, *;q=0", ["gzip"]),
        ("gzip, identity;q=0.1, *;q=0", ["gzip", "identity"]),
        ("identity;q=0", []),
        ("*;q=0", []),
        ("gzip;q=0, br;q=0", ["identity"]),
    ],
)
def test_what_is_acceptable_in_order_of_preference(header, encodings):
    assert acceptable_encodings(header, OFFERED) == encodings


def test_the_server_decides_between_equals():
    assert acceptable_encodings("br, gzip", ("gzip", "br")) == ["gzip", "br", "identity"]


def test_only_what_is_offered_is_acceptable():
    assert acceptable_encodings("br, gzip", ("gzip",)) == ["gzip", "identity"]


# Properties

codings = st.sampled_from(["br", "zstd", "gzip", "x-gzip", "identity", "*", "deflate", "BR"])
weights = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", "; q=0.001", ";q=1.5", ";x"])
headers = st.lists(st.builds("{}{}".format, codings, weights)).map(", ".join)


@given(headers | st.text(st.characters(max_codepoint=255)))
def test_any_header_gives_offered_encodings_that_it_does_not_refuse(header):
    parsed = parse_accept_encoding(header)
    found = acceptable_encodings(header, OFFERED)
    assert len(found) == len(set(found))
    for encoding in found:
        assert encoding in (*OFFERED, "identity")
        named = parsed.get(encoding, parsed.get("*"))
        assert named is None if encoding == "identity" and named is None else named > 0
    refused = parsed.get("identity", parsed.get("*")) == 0
    assert ("identity" not in found) == refused


@given(headers)
def test_nothing_is_preferred_to_what_has_a_greater_weight(header):
    parsed = parse_accept_encoding(header)
    found = acceptable_encodings(header, OFFERED)
    order = [parsed.get(encoding, parsed.get("*", 0)) for encoding in found if encoding != "identity"]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("part", ["gzip;q=0.5,", ",", " ", ";", "gzip ", "a", "q=0.", "*;q=1,"])
def test_time_is_linear(assert_linear, part):
    assert_linear(lambda header: acceptable_encodings(header, OFFERED), lambda n: part * n + "\x00", 10_000)
