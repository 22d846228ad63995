"""The parser, through `parse_form`: what it gives, at every chunking, within limits and in linear time."""

import tracemalloc
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FormError

# Bytes that mean something in a form, and some that do not.
BODIES = st.lists(
    st.sampled_from(
        [b"&", b"=", b"+", b"%", b"%2", b"%26", b"%C3%AB", b"%ff", b"a", b"b0", b";", b"\xc3", b"\xff", b"\0"]
    )
    | st.binary(max_size=3)
).map(b"".join)
PAIRS = st.lists(st.tuples(st.text(), st.text()), max_size=8)


@st.composite
def chunkings(draw, bodies):
    """A body and the chunks of one way to cut it, empty chunks included."""
    body = draw(bodies)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=6)))
    return body, [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"a=1&b=2", [("a", "1"), ("b", "2")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=&b", [("a", ""), ("b", "")]),
        (b"=", [("", "")]),
        (b"=1", [("", "1")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"&&a=1&&&b=2&", [("a", "1"), ("b", "2")]),
        (b"&", []),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a+b=c+d%2B", [("a b", "c d+")]),
        (b"%61%3D=%26", [("a=", "&")]),
        (b"a=%C3%AB%e2%82%ac", [("a", "ë€")]),
        (b"a=\xc3\xab", [("a", "ë")]),
        (b"a=%C3&%AB", [("a", "\ufffd"), ("\ufffd", "")]),
        (b"a=%ff\xff", [("a", "\ufffd\ufffd")]),
        (b"a=%zz&b=%&c=%4", [("a", "%zz"), ("b", "%"), ("c", "%4")]),
        (b"a=%00%0d%0a\0", [("a", "\0\r\n\0")]),
        (b"a=\r\n", [("a", "\r\n")]),
        (b"a=%EF%BB%BFx", [("a", "\ufeffx")]),
    ],
)
def test_what_a_body_gives_byte_by_byte_and_at_once(upload, body, fields):
    chunks = [body[index : index + 1] for index in range(len(body))]
    assert upload(body).parse_now().multi_items() == fields
    assert upload(*chunks).parse_now().multi_items() == fields


@given(pairs=PAIRS, quote_via=st.sampled_from([quote, quote_plus]), data=st.data())
def test_any_pairs_come_back_at_every_chunking(upload, pairs, quote_via, data):
    body = urlencode(pairs, quote_via=quote_via).encode()
    _, chunks = data.draw(chunkings(st.just(body)))
    assert upload(*chunks).parse_now().multi_items() == pairs


@given(pairs=st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=3))
def test_any_pairs_come_back_cut_at_every_place(upload, pairs):
    body = urlencode(pairs).encode()
    for cut in range(len(body) + 1):
        assert upload(body[:cut], body[cut:]).parse_now().multi_items() == pairs


@given(body=BODIES)
def test_any_ascii_body_reads_as_the_standard_library_reads_it(upload, body):
    ascii_body = bytes(byte for byte in body if byte < 128)
    expected = parse_qsl(ascii_body.decode("ascii"), keep_blank_values=True)
    assert upload(ascii_body).parse_now().multi_items() == expected


def outcome(request, **limits):
    try:
        return request.parse_now(**limits).multi_items()
    except FormError as error:
        return error.status_code, error.detail


@given(
    bodies=chunkings(BODIES),
    max_fields=st.integers(0, 4) | st.just(float("inf")),
    max_part_size=st.integers(0, 8) | st.just(float("inf")),
)
def test_no_body_raises_anything_else_and_no_chunking_changes_the_outcome(upload, bodies, max_fields, max_part_size):
    body, chunks = bodies
    limits = {"max_fields": max_fields, "max_part_size": max_part_size}
    whole = outcome(upload(body), **limits)
    single = [body[index : index + 1] for index in range(len(body))] or [b""]
    assert outcome(upload(*chunks), **limits) == whole
    assert outcome(upload(*single), **limits) == whole


@pytest.mark.parametrize("body", [b"abcdefg", b"=abcdefg", b"abcdefg=", b"abc=defg", b"=======a"])
def test_a_field_has_the_size_of_its_name_and_value(upload, body):
    size = len(body) - (b"=" in body)
    assert len(upload(body).parse_now(max_part_size=size)) == 1
    assert outcome(upload(body + b"x"), max_part_size=size) == (413, f"Field exceeded maximum size of {size} bytes.")


def test_the_size_counts_bytes_as_sent(upload):
    assert upload(b"a=%41").parse_now(max_part_size=4)["a"] == "A"
    assert outcome(upload(b"a=%41"), max_part_size=3) == (413, "Field exceeded maximum size of 3 bytes.")


def test_every_field_has_the_size_anew(upload):
    assert len(upload(b"a=12345&b=12345&c=", b"12345").parse_now(max_part_size=6)) == 3


def test_only_fields_count_and_not_what_is_empty(upload):
    assert len(upload(b"&&a&&b&&").parse_now(max_fields=2)) == 2
    assert outcome(upload(b"&&a&&b&&="), max_fields=2) == (413, "Too many fields. Maximum number of fields is 2.")
    assert outcome(upload(b"a"), max_fields=0) == (413, "Too many fields. Maximum number of fields is 0.")


LINEAR = {
    "one large value": lambda n: [b"a=" + b"x" * n],
    "escapes": lambda n: [b"a=" + b"%41" * n],
    "signs of escapes": lambda n: [b"a=" + b"%" * n],
    "broken UTF-8": lambda n: [b"a=" + b"%e2%82" * n],
    "equals signs": lambda n: [b"=" * n],
    "many fields": lambda n: [b"a=1&" * n],
    "separators": lambda n: [b"&" * n],
    "a value byte by byte": lambda n: [b"a=", *([b"x"] * n)],
    "a name byte by byte": lambda n: [b"x"] * n,
    "empty chunks": lambda n: [b"a", *([b""] * n)],
}


@pytest.mark.parametrize("shape", LINEAR)
def test_time_is_linear(upload, assert_linear, shape):
    def parse(chunks):
        upload(*chunks).parse_now(max_fields=float("inf"), max_part_size=float("inf"))

    assert_linear(parse, LINEAR[shape], 5_000)


def test_the_field_that_breaks_the_limit_is_not_kept_in_memory(upload):
    request = upload(*([b"x" * 1000] * 10_000))
    tracemalloc.start()
    try:
        with pytest.raises(FormError):
            request.parse_now(max_part_size=100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 500_000
