"""Negotiation through the middleware, by a table from RFC 9110 section 12.5.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_middleware import CompressionMiddleware

BODY = b"Hello, world! " * 100
OURS = ("zstd", "br", "gzip")

# Accept-Encoding, what is offered, what is chosen.
TABLE = [
    # The examples of the section.
    ("compress, gzip", OURS, "gzip"),
    ("", OURS, None),
    ("*", OURS, "zstd"),
    ("compress;q=0.5, gzip;q=1.0", OURS, "gzip"),
    ("gzip;q=1.0, identity; q=0.5, *;q=0", OURS, "gzip"),
    # No field: any coding is acceptable, and none is expected.
    (None, OURS, None),
    # What browsers send: equal weights, so the order is ours.
    ("gzip, deflate, br, zstd", OURS, "zstd"),
    ("gzip, deflate, br, zstd", ("br", "zstd", "gzip"), "br"),
    ("gzip, deflate, br", OURS, "br"),
    ("gzip, deflate", OURS, "gzip"),
    # The highest weight that is not zero.
    ("zstd;q=0.1, br;q=0.5, gzip;q=0.9", OURS, "gzip"),
    ("gzip;q=0.001", OURS, "gzip"),
    ("gzip;q=0", OURS, None),
    ("gzip;q=0.0, br;q=0.000", OURS, None),
    ("zstd;q=0, gzip", OURS, "gzip"),
    # "*" is every coding that is not named.
    ("*;q=0", OURS, None),
    ("zstd;q=0, br;q=0, *;q=0.1", OURS, "gzip"),
    ("gzip;q=0.5, *;q=0.1", OURS, "gzip"),
    ("br;q=0.2, *", OURS, "zstd"),
    ("identity;q=0, *;q=0.5", OURS, "zstd"),
    # "identity" is acceptable unless refused, and preferred where it weighs more.
    ("identity", OURS, None),
    ("identity, gzip;q=0.5", OURS, None),
    ("identity;q=0.5, gzip;q=0.5", OURS, "gzip"),
    ("identity;q=0.4, gzip;q=0.5", OURS, "gzip"),
    # Nothing fits and identity is refused: identity, better than a 406.
    ("identity;q=0", OURS, None),
    ("deflate, identity;q=0", OURS, None),
    ("deflate, *;q=0", OURS, None),
    # Names have no case, and x-gzip is gzip (section 8.4.1.3).
    ("GZip", OURS, "gzip"),
    ("x-gzip", OURS, "gzip"),
    ("X-GZIP;q=0.5, gzip;q=0, br;q=0.1", OURS, "gzip"),
    ("gzip;q=0.5, x-gzip;q=0", OURS, "gzip"),
    # Spaces, empty elements, and elements that are malformed.
    (" gzip ; q=0.5 , ,\tbr;q=0.4", OURS, "gzip"),
    ("gzip;q=2, br;q=0.1", OURS, "br"),
    ("gzip;q=high", OURS, None),
    ("gzip;Q=0", OURS, None),
    ("gzipped, brotli, zst", OURS, None),
    (", ;q=1, ;", OURS, None),
]


def accepting(value):
    return {} if value is None else {"accept-encoding": value}


@pytest.mark.parametrize(("value", "offered", "expected"), TABLE)
async def test_the_table(drive, sends, decoded, value, offered, expected):
    app = CompressionMiddleware(sends(BODY), encodings=offered)
    answer = await drive.request(app, headers=accepting(value))
    assert answer.headers.get("content-encoding") == expected
    assert answer.headers["vary"] == "Accept-Encoding"
    assert decoded(answer) == BODY


async def test_several_fields_are_one_list(drive, sends):
    headers = [("accept-encoding", "gzip;q=0.5"), ("accept-encoding", "br")]
    answer = await drive.request(CompressionMiddleware(sends(BODY)), headers=headers)
    assert answer.headers["content-encoding"] == "br"


async def test_long_values_count_as_well(drive, sends):
    answer = await drive.request(CompressionMiddleware(sends(BODY)), headers={"accept-encoding": "a," * 500 + "br"})
    assert answer.headers["content-encoding"] == "br"


VALUES = st.text(st.sampled_from("gzipbrtd*-;q=.,0159 \t\xff"), max_size=60) | st.text(max_size=60)


OPTIONS = CompressionMiddleware(None)._options


@given(value=VALUES)
def test_negotiation_never_raises(value):
    assert OPTIONS.coding(value) in (*OURS, None)


def test_linear(assert_linear):
    options = CompressionMiddleware(None)._options
    for part in ("gzip;q=0.5,", ",", ";", "q=", " ", "gzip;q=0.", "*"):
        assert_linear(options.coding, lambda n, part=part: part * n, 400)
