"""The parser, through `parse_form`: what it gives, at every chunking and within limits."""

from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_forms import FormError
from asgi_forms._urlencoded import AND, FEW, IS, WINDOW

# Bytes that mean something in a form, and some that do not.
BODIES = st.lists(
    st.sampled_from(
        [b"&", b"=", b"+", b"%", b"%2", b"%26", b"%3D", b"%C3%AB", b"%ff", b"a", b"b0", b";", b"\xc3", b"\xff", b"\0"]
    )
    | st.binary(max_size=3)
).map(b"".join)
FIELD_LIMITS = ("max_fields", "max_name_size", "max_part_size", "max_total_field_size")
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
    many = [(str(number), "") for number in range(FEW)]
    assert upload(urlencode(many).encode() + b"&" + body).parse_now().multi_items() == many + fields


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


# What stands for the separators inside while they are decoded, whole and in parts, as it is and encoded.
MARKS = st.lists(
    st.sampled_from(
        [
            *(
                AND.encode(),
                IS.encode(),
                quote(AND).encode(),
                quote(IS).encode(),
                b"\xef",
                b"\xef\xb7",
                b"\x90",
                b"\x91",
            ),
            *(b"%EF", b"%B7", b"%90", b"%91", b"&", b"=", b"%26", b"%3D", b"%3d", b"%", b"%2", b"6", b"a"),
        ]
    )
).map(b"".join)


@given(body=BODIES | MARKS, window=st.integers(3, 12))
@example(body=b"a=%2%26", window=3)
@example(body=b"%%41%", window=3)
@example(body=AND.encode() + b"&%26", window=9)
def test_any_body_reads_as_field_by_field(upload, body, window):
    def text(encoded):
        return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8", "replace")

    pairs = [field.partition(b"=") for field in body.split(b"&") if field]
    expected = [(text(name), text(value)) for name, _, value in pairs]
    assert upload(body).parse_now().multi_items() == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asgi_forms._urlencoded.WINDOW", window)
        assert upload(body).parse_now().multi_items() == expected
        patch.setattr("asgi_forms._urlencoded.FEW", 1)  # together, however few they are
        assert upload(body).parse_now().multi_items() == expected


def test_an_escape_is_not_cut_where_a_large_value_is_read_in_windows(upload, runner):
    for before in range(4):
        body = b"a=" + b"x" * (WINDOW - before) + b"%41" * WINDOW + b"%4"
        expected = "x" * (WINDOW - before) + "A" * WINDOW + "%4"
        assert runner.run(upload(body).parse())["a"] == expected


@given(value=BODIES | MARKS, codec=st.sampled_from(["windows-1251", "cp932", "gb18030", "iso-2022-jp"]))
def test_what_is_not_in_the_charset_of_its_form_is_latin_1(upload, value, codec):
    content = unquote_to_bytes(value.replace(b"&", b"").replace(b"+", b" "))
    try:
        expected = content.decode(codec)
    except UnicodeDecodeError:
        expected = content.decode("latin-1")
    form = upload(b"a=" + value.replace(b"&", b""), content_type=f"{upload.URLENCODED}; charset={codec}").parse_now()
    assert form["a"] == expected


@pytest.mark.parametrize("mark", [AND, IS])
def test_the_characters_that_stand_for_escapes_may_be_sent_as_well(upload, monkeypatch, mark):
    monkeypatch.setattr("asgi_forms._urlencoded.FEW", 1)
    pairs = [("a&b", "c=d"), (mark, f"x{mark}&{mark}="), ("e", "f")]
    assert upload(urlencode(pairs).encode()).parse_now().multi_items() == pairs
    assert upload(f"a={mark}&b=%26".encode()).parse_now().multi_items() == [("a", mark), ("b", "&")]


def outcome(request, **limits):
    try:
        return request.parse_now(**limits).multi_items()
    except FormError as error:
        return error.status_code, error.detail


LIMITS = st.tuples(st.sampled_from(FIELD_LIMITS), st.integers(0, 8)).map(lambda limit: dict([limit]))


@given(bodies=chunkings(BODIES), limits=LIMITS)
def test_no_body_raises_anything_else_and_no_chunking_changes_the_outcome(upload, bodies, limits):
    body, chunks = bodies
    whole = outcome(upload(body), **limits)
    single = [body[index : index + 1] for index in range(len(body))] or [b""]
    assert outcome(upload(*chunks), **limits) == whole
    assert outcome(upload(*single), **limits) == whole


@given(bodies=chunkings(BODIES), limits=st.fixed_dictionaries(dict.fromkeys(FIELD_LIMITS, st.integers(0, 8))))
def test_no_chunking_changes_whether_a_body_is_within_its_limits(upload, bodies, limits):
    body, chunks = bodies
    whole, cut = outcome(upload(body), **limits), outcome(upload(*chunks), **limits)
    assert cut == whole or (cut[0], whole[0]) == (413, 413)  # of several limits that are broken any may be told


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


def test_all_fields_together_have_a_size(upload):
    too_large = (413, "Fields exceeded maximum size of 7 bytes together.")
    assert len(upload(b"a=12&&b=3&").parse_now(max_total_field_size=7)) == 2
    for chunks in ([b"a=12&b=34"], [b"a=12&b", b"=34"], [b"a=12&b=", b"3", b"4"], [b"a=12&b=34&", b"c"]):
        assert outcome(upload(*chunks), max_total_field_size=7) == too_large
    assert outcome(upload(b"a=12&b=3&c"), max_total_field_size=7) == too_large


@pytest.mark.parametrize("name", [b"abcd", b"%61%62%63%64", b"%C3%AB%C3%AB", b"a+b+", b"\xc3\xab\xc3\xab"])
@pytest.mark.parametrize("rest", [b"", b"=", b"=1", b"=abcdefgh"])
def test_a_name_has_a_size(upload, name, rest):
    too_large = (413, "Field name exceeded maximum size of 4 bytes.")
    assert len(upload(b"b&" + name + rest).parse_now(max_name_size=4)) == 2
    for chunks in ([b"b&x" + name + rest], [b"b&x" + name, rest], [b"b&x", name + rest + b"&c"]):
        assert outcome(upload(*chunks), max_name_size=4) == too_large


def test_the_first_field_beyond_a_limit_of_many_in_a_chunk_is_told_of(upload):
    limits = {"max_fields": 4, "max_part_size": 6, "max_name_size": 3, "max_total_field_size": 16}
    parse = {"fields": b"a&b&c&d&e&fghijkl", "part": b"a&b=123456&cdefgh", "name": b"a&bcde&c=123456&d&e"}
    assert outcome(upload(parse["fields"]), **limits) == (413, "Too many fields. Maximum number of fields is 4.")
    assert outcome(upload(parse["part"]), **limits) == (413, "Field exceeded maximum size of 6 bytes.")
    assert outcome(upload(parse["name"]), **limits) == (413, "Field name exceeded maximum size of 3 bytes.")
    together = outcome(upload(b"a=1234&b=1234&c=1234"), **limits)
    assert together == (413, "Fields exceeded maximum size of 16 bytes together.")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (b"12", "Field exceeded maximum size of 4 bytes."),
        (b"123", "Fields exceeded maximum size of 8 bytes together."),
    ],
)
def test_of_two_sizes_the_one_that_is_reached_first_is_told_and_else_that_of_the_field(upload, field, reason):
    limits = {"max_part_size": 4, "max_total_field_size": 8}
    for chunks in ([b"a=" + field, b"&abcd", b"efgh"], [b"a=" + field + b"&abcdefgh&"]):
        assert outcome(upload(*chunks), **limits) == (413, reason)


@pytest.mark.parametrize(
    ("limits", "chunks", "left"),
    [
        ({"max_fields": 1}, [b"a&", b"b", b"c", b"d"], [b"c", b"d"]),
        ({"max_part_size": 3}, [b"a=12", b"3", b"4", b"5"], [b"4", b"5"]),
        ({"max_name_size": 1}, [b"a&b", b"c=1&", b"d", b"e"], [b"d", b"e"]),
        ({"max_name_size": 1}, [b"a&b", b"c", b"d", b"e"], [b"d", b"e"]),
        ({"max_name_size": 1}, [b"a&b", b"c=", b"1", b"2"], [b"1", b"2"]),
        ({"max_name_size": 9}, [b"a=" + b"1" * 2000, b"&" + b"n" * 2000, b"more"], [b"more"]),
        ({"max_total_field_size": 3}, [b"a=1&", b"b", b"c", b"d"], [b"c", b"d"]),
    ],
)
def test_nothing_is_received_beyond_a_limit(upload, limits, chunks, left):
    request = upload(*chunks)
    assert outcome(request, **limits)[0] == 413
    assert request.chunks_left == left


def test_a_field_beyond_two_limits_has_one_reason(upload):
    limits = {"max_part_size": 5, "max_total_field_size": 3}
    assert outcome(upload(b"a=123", b"45678"), **limits) == outcome(upload(b"a=12345678"), **limits)


@pytest.mark.parametrize(
    ("parameters", "body", "fields"),
    [
        ("; charset=iso-8859-1", b"n%EB=%EB", [("n\xeb", "\xeb")]),
        ('; Charset="Windows-1252"', b"a=%80", [("a", "€")]),
        ("; charset=shift_jis", b"a=%83A&b=%83=&c=%", [("a", "ア"), ("b", "\x83="), ("c", "%")]),
        ("; charset=iso-8859-6", b"%E1=%FF", [("ف", "\xff")]),
        ("; charset=unknown", b"a=%C3%AB", [("a", "ë")]),
        ("; charset=a; charset=b", b"a=%C3%AB", [("a", "ë")]),
        ("; =", b"a=%C3%AB", [("a", "ë")]),
        ("", b"_charset_=iso-8859-1&a=%EB", [("_charset_", "iso-8859-1"), ("a", "\xeb")]),
        ("", b"a=%EB&_charset_=iso-8859-1", [("a", "\xeb"), ("_charset_", "iso-8859-1")]),
        ("", b"_charset_=l1&_charset_=koi8-r&a=%EB", [("_charset_", "l1"), ("_charset_", "koi8-r"), ("a", "\xeb")]),
        ("", b"_charset_=no&_charset_=koi8-r&a=%EB", [("_charset_", "no"), ("_charset_", "koi8-r"), ("a", "\ufffd")]),
        ("", b"_charset_=utf-16&a=%C3%AB", [("_charset_", "utf-16"), ("a", "ë")]),
        ("; charset=utf-16", b"a=%C3%AB", [("a", "ë")]),
        ("", b"_charset_=utf-8&a=%C3%AB", [("_charset_", "utf-8"), ("a", "ë")]),
        ("", b"_charset_=&a=%C3%AB", [("_charset_", ""), ("a", "ë")]),
        ("", b"_charset_=idna&a=%C3%AB", [("_charset_", "idna"), ("a", "ë")]),
        ("; charset=latin-1", b"_charset_=UTF-8&a=%C3%AB", [("_charset_", "UTF-8"), ("a", "ë")]),
        ("; charset=latin-1", b"_charset_=rot13&a=%EB", [("_charset_", "rot13"), ("a", "\xeb")]),
    ],
)
def test_the_charset_is_that_of_the_field_or_else_that_of_the_type_or_else_utf_8(upload, parameters, body, fields):
    assert upload(body, content_type=upload.URLENCODED + parameters).parse_now().multi_items() == fields
    single = [body[index : index + 1] for index in range(len(body))]
    assert upload(*single, content_type=upload.URLENCODED + parameters).parse_now().multi_items() == fields
