"""The reader, mostly through `parse_form`: what bodies give, and which are refused."""

import gc

import pytest

from asgi_forms import FormData, FormError
from asgi_forms._limits import Limits
from asgi_forms._multipart.part_head import PartHead
from asgi_forms._multipart.reader import MAX_BOUNDARY, MultipartReader

CUT_OFF = (400, "The form ends before its final boundary: it was cut off.")
A = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
END = b"--x--\r\n"


def test_events_of_a_body():
    reader = MultipartReader("multipart/form-data; boundary=x", Limits())
    head, *events = reader.feed(A + A[:-3])
    assert (head.name, head.filename, head.headers["content-disposition"]) == ("a", None, 'form-data; name="a"')
    assert events[:2] == [b"1", None]
    assert isinstance(events[2], PartHead)
    assert events[3:] == []
    assert list(reader.feed(b"23\r")) == [b"23"]
    assert list(reader.feed(b"")) == []
    assert list(reader.feed(b"45\r\n" + END)) == [b"\r45", None]
    reader.close()
    assert reader.codec == "utf-8"


def test_a_reader_that_was_fed_nothing_has_read_an_empty_form():
    reader = MultipartReader("multipart/form-data; boundary=x", Limits())
    assert list(reader.feed(b"")) == []
    reader.close()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", []),
        (END, []),
        (b"--x--", []),
        (b"\r\n--x--", []),
        (A + END, [("a", "1")]),
        (A + b"--x--", [("a", "1")]),
        (A + A + END, [("a", "1"), ("a", "1")]),
        (b"\r\n" + A + END, [("a", "1")]),
        (A + END + b"the end", [("a", "1")]),
        (A + END + A + END, [("a", "1")]),
        (A + b"--x--\n", [("a", "1")]),
        (A + b"--x----", [("a", "1")]),
    ],
)
def test_what_a_body_gives(multipart, body, fields):
    for chunks in multipart.cuts(body):
        assert multipart.outcome(multipart.request(*chunks)) == fields


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"1", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"--x", b"--x--", b"-", b"\r\n-", b"\r\n--", b"\r\n--y"),
        *(b"\r\r\n--", b"\n--x", b"\r--x--\r", b"a\r\n\r\nb", b"\0", b"\r\n--X\r\n", b"--x\r\n", b"\r\n --x\r\n"),
    ],
)
def test_any_content_that_is_no_boundary(multipart, content):
    body = multipart.body(multipart.part("a", content), multipart.part("b", content, "b"))
    for chunks in multipart.cuts(body):
        outcome = multipart.outcome(multipart.request(*chunks))
        assert outcome == [("a", content.decode()), ("b", ("b", content, None))]


BOUNDARIES = ["x", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "-", "--", "---", "a" * MAX_BOUNDARY, "'()+_,-./:=?", "a b"]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_boundary_may_be_quoted(multipart, boundary):
    parts = multipart.part("a", b"1"), multipart.part("b", b"--" + boundary.encode()[:-1])
    for parameter in (
        f'boundary="{boundary}"',
        f'BOUNDARY = "{boundary}"; charset=utf-8',
        f'a=b;boundary="{boundary}"',
    ):
        form = multipart(*parts, boundary=boundary, content_type="multipart/form-data; " + parameter).parse_now()
        assert form["a"] == "1"
    plain = multipart(*parts, boundary=boundary, content_type=f"Multipart/Form-Data;boundary={boundary}").parse_now()
    assert plain["a"] == "1"


def test_escapes_in_a_quoted_boundary(multipart):
    request = multipart(
        multipart.part("a", "1"), boundary='x"\\', content_type=r'multipart/form-data; boundary="x\"\\"'
    )
    assert request.parse_now() == FormData(a="1")


@pytest.mark.parametrize("parameters", ["", ";", "; boundary=", '; boundary=""', "; charset=utf-8", "; boundary= "])
def test_a_missing_boundary_is_refused(multipart, parameters):
    request = multipart.request(A + END, content_type="multipart/form-data" + parameters)
    assert multipart.outcome(request) == (400, "Missing boundary in multipart.")
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize("boundary", ["a" * (MAX_BOUNDARY + 1), "Zo\xeb", '"a\nb"', '"a\tb"', '"a\0"', "\x7f"])
def test_an_invalid_boundary_is_refused(multipart, boundary):
    request = multipart.request(A + END, content_type=f"multipart/form-data; boundary={boundary}")
    invalid = "Invalid boundary in multipart: at most 200 printable ASCII characters."
    assert multipart.outcome(request) == (400, invalid)
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize(
    "parameters", ["boundary=x; boundary=x", "boundary=x; BOUNDARY=y", 'boundary="x', "boundary", 'boundary=x"y', "x y"]
)
def test_a_malformed_content_type_is_refused(multipart, parameters):
    request = multipart.request(A + END, content_type=f"multipart/form-data; {parameters}")
    status, detail = multipart.outcome(request)
    assert status == 400
    assert detail.startswith("Malformed Content-Type of the form. ")
    assert len(request.chunks_left) == 1


@pytest.mark.parametrize(
    "body",
    [
        *(b"-", b"--x", b"--x\r", b"--x\r\n", b"\r", b"\r\n", b"\r\n-", b"\r\n--", b"\r\n--x", A[:20], A[:-5]),
        *(A[:-2], A, A + b"--x", A + b"--x-", A + b"--x\r\n", A + b"--y--\r\n", A + b"--x \r\n"[:4]),
    ],
)
def test_a_body_that_ends_before_its_final_boundary_is_cut_off(multipart, body):
    for chunks in multipart.cuts(body):
        assert multipart.outcome(multipart.request(*chunks)) == CUT_OFF
        assert multipart.outcome(multipart.request(*chunks, b"")) == CUT_OFF


NO_BEGINNING = (400, "Invalid multipart data. The body does not begin with its boundary.")


@pytest.mark.parametrize(
    "preamble",
    [
        *(b"x", b"preamble", b"This is a form.\r\n", b"a\r\n\r\n--y\r\n-\r\n", b"--y--\r\n", b"-x", b"-\r\n", b" "),
        *(b"\n", b"\r\r\n", b"\r\n\r\n", b"\r--x\r\n", b"\n--x\r\n", b"\r\nx", b"\r\n--y\r\n", b"--X\r\n", b"\0"),
    ],
)
def test_a_preamble_is_refused(multipart, preamble):
    for chunks in multipart.cuts(preamble + b"\r\n" + A + END):
        assert multipart.outcome(multipart.request(*chunks)) == NO_BEGINNING
    request = multipart.request(preamble + b"y", b"\r\n" + A + END)
    assert multipart.outcome(request) == NO_BEGINNING
    assert request.chunks_left == [b"\r\n" + A + END]


def test_what_is_left_of_a_body_is_no_form(multipart):
    body = multipart.body(multipart.part("a", "1"), multipart.part("b", b"\r\n\r\n--", "b"), epilogue=b"")
    for start in range(1, len(body)):
        if not body.startswith((b"--x", b"\r\n--x"), start):
            assert multipart.outcome(multipart.request(body[start:])) in (NO_BEGINNING, CUT_OFF)


def part(*lines, content=b"1"):
    return b"--x\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + content + b"\r\n"


NAME = b'Content-Disposition: form-data; name="a"'
MALFORMED = [
    (b"--xy\r\n" + A + END, "Unexpected byte after first boundary"),
    (b"\r\n--x \r\n" + A + END, "Unexpected byte after first boundary"),
    (A + b"--xy\r\n" + END, "Unexpected bytes after boundary"),
    (A.replace(b"\r\n", b"\n") + b"--x--\n", "Invalid line break after first boundary"),
    (part(b"Content-Type: text/plain") + END, "A part has no Content-Disposition header"),
    (part(NAME, NAME) + END, "A part has two Content-Disposition headers"),
    (part(NAME, b"content-type: a/b", b"Content-Type: a/b") + END, "A part has two Content-Type headers"),
    (part(NAME, b"no colon") + END, "Malformed segment header"),
    (part(NAME, b" folded") + END, "Malformed segment header"),
    (part(b'Content-Disposition: form-data;\r\n name="a"') + END, "Malformed segment header"),
    (part(NAME, b"X: 1", b"\tfolded: 1") + END, "Invalid segment header name"),
    (part(b" " + NAME) + END, "Invalid segment header name"),
    (part(NAME, b"a b: c") + END, "Invalid segment header name"),
    (part(NAME, b"Content-Length : 1") + END, "Invalid segment header name"),
    (part(NAME.replace(b":", b" :")) + END, "Invalid segment header name"),
    (part(NAME.replace(b":", b"\t:")) + END, "Invalid segment header name"),
    (part(NAME, b": c") + END, "Invalid segment header name"),
]


@pytest.mark.parametrize(("body", "reason"), MALFORMED)
def test_a_malformed_body_is_refused_with_a_reason(multipart, body, reason):
    for chunks in multipart.cuts(body):
        assert multipart.outcome(multipart.request(*chunks)) == (400, f"Invalid multipart data. {reason}.")


@pytest.mark.parametrize("length", [b"1", b"0", b"2", b"0x1", b"-1", b"", b"\xb2", b"1" * 4200, b"1, 1", b"1 "])
@pytest.mark.parametrize("name", [b"Content-Length", b"content-length", b"CONTENT-LENGTH"])
def test_the_length_of_a_part_is_not_what_it_says(multipart, name, length):
    for lines in ([NAME, name + b": " + length], [name + b": " + length, NAME], [NAME, name + b":1", name + b":2"]):
        form = multipart.request(part(*lines) + END).parse_now()
        assert form["a"] == "1"


def test_the_length_that_a_file_says_is_kept(multipart):
    for length in ("7", "1_0", "\u0661"):
        [(_, upload)] = multipart(multipart.part("f", b"1", "f", f"content-length: {length}")).parse_now().multi_items()
        upload.file.close()
        assert upload.size == 1
        assert upload.headers["content-length"].encode("latin-1").decode() == length
        assert len(upload.headers.raw) == 2


BREAKS = [
    *(part(NAME, b"X: " + value) + END for value in (b"1\n2", b"\n", b"\n1", b"\r\n\n1", b"\0\n\r")),
    *(part(NAME + b"\nX: 1") + END, part(b"\n" + NAME) + END, part(NAME.replace(b":", b"\n:")) + END),
    *(part(NAME, b"X: 1\r\nY: 2\n3") + END, part(NAME + b"\n") + END),
]
CONTROLS = [
    *(part(NAME, b"X: " + value) + END for value in (b"\r1", b"1\r2", b"1\0", b"\x001", b"1\r")),
    *(part(NAME, b"X\r: 1") + END, part(NAME, b"X\0: 1") + END, part(NAME, b"\r") + END, part(b"\0" + NAME) + END),
]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        *((body, "Invalid line break in segment header") for body in BREAKS),
        *((body, "CR or NUL in segment header") for body in CONTROLS),
    ],
)
def test_line_ends_and_nul_in_a_header_are_refused(multipart, body, reason):
    for chunks in multipart.cuts(body):
        assert multipart.outcome(multipart.request(*chunks)) == (400, f"Invalid multipart data. {reason}.")


def test_headers_that_mean_nothing_for_a_form_are_kept_and_not_acted_upon(multipart):
    headers = ("Content-Transfer-Encoding: base64", "Content-Encoding: gzip", "Set-Cookie: a=b")
    [(_, value)] = multipart(multipart.part("f", b"MQ==", "f", *headers)).parse_now().multi_items()
    assert value.file.read() == b"MQ=="
    assert value.headers["content-transfer-encoding"] == "base64"
    assert value.headers["set-cookie"] == "a=b"
    value.file.close()


async def test_nothing_is_received_after_a_malformed_part(multipart):
    request = multipart.request(A, b"--x\r\nno colon\r\n", b"\r\n", END)
    with pytest.raises(FormError, match="Malformed segment header"):
        await request.parse()
    assert request.chunks_left == [b"\r\n", END]


FAILING = [
    *(b"a" + A, A + b"--xy\r\n", part(b"a" * 5000), part(NAME, NAME), b"y" * 200_000),
    A[:-5],
]


@pytest.mark.parametrize("body", FAILING)
def test_a_failed_parse_leaves_nothing_for_the_garbage_collector(multipart, body):
    def fail():
        try:
            multipart.request(body[:10], body[10:]).parse_now()
        except FormError:
            return
        raise AssertionError("No error.")

    fail()
    gc.collect()
    gc.disable()
    try:
        fail()
        assert gc.collect() == 0
    finally:
        gc.enable()
