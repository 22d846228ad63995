"""However a body is cut into chunks, it gives the same form or the same error."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_forms import FormError
from asgi_forms._limits import Limits
from asgi_forms._multipart.reader import MultipartReader

A = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
HEADER_SIZE = A.index(b"\r\n\r\n") - len(b"--x\r\n")
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n\r\n-\r\n'
CHARSET = b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\niso-8859-1\r\n'
LATIN_1 = b'--x\r\nContent-Disposition: form-data; name="n\xeb"; filename="f\xeb"\r\n\r\n\xeb\r\n'
END = b"--x--\r\n"

BODIES = {
    "fields": (A + A + END, {}),
    "files": (FILE + A + FILE + END, {}),
    "preamble": (b"before\r\n--\r\n" + A + END, {}),
    "line end before and epilogue": (b"\r\n" + A + END + b"after\r\n--x", {}),
    "folded header": (FILE + A.replace(b"; ", b";\r\n ") + END, {}),
    "space before a colon": (FILE + A.replace(b": ", b" : ") + END, {}),
    "charset first": (CHARSET + LATIN_1 + END, {}),
    "charset last": (LATIN_1 + CHARSET + END, {}),
    "cut off": (FILE + A[:-1], {}),
    "no boundary at all": (b"a=1&b=2" * 9, {}),
    "another boundary": ((A + END).replace(b"--x", b"--yy"), {}),
    "malformed": (FILE + A.replace(b": form", b" form") + END, {}),
    "malformed disposition": (FILE + A.replace(b'"a"', b'"a') + END, {}),
    "junk after a boundary": (FILE + A + b"--x-x" + END, {}),
    "too many fields": (A + FILE + A + END, {"max_fields": 1}),
    "too many files": (FILE + A + FILE + END, {"max_files": 1}),
    "too large a field": (A + A.replace(b"1", b"123") + END, {"max_part_size": 2}),
    "too large a file": (FILE + A + END, {"max_file_size": 2}),
    "too large a name": (FILE + A + END, {"max_name_size": 0}),
    "too many headers": (A + FILE + END, {"max_headers": 1}),
    "too large a header": (A + FILE + END, {"max_header_size": HEADER_SIZE + 1}),
}


@pytest.mark.parametrize("case", BODIES)
def test_every_cut_gives_the_same(multipart, case):
    body, limits = BODIES[case]
    outcomes = [multipart.outcome(multipart.request(*chunks), **limits) for chunks in multipart.cuts(body)]
    assert outcomes == [outcomes[0]] * len(outcomes)


def case(body, cut, what, **limits):
    return pytest.param(body, cut, limits, id=what)


BOTH = {"max_part_size": 5, "max_total_field_size": 3, "max_file_size": 7, "max_total_file_size": 5}
TOO_MUCH = b"e" * 200_000
PREAMBLE, SECOND_LINE = b"aaaaa" + A + END, A.replace(b"\r\n\r\n", b"\r\nX: 1\n2\r\n\r\n") + END


@pytest.mark.parametrize(
    ("body", "cut", "limits"),
    [
        case(PREAMBLE, 5, "a boundary in the middle of a line, and a chunk that begins with it"),
        case(A + END + TOO_MUCH, len(A + END), "a large epilogue in a chunk of its own"),
        case(TOO_MUCH + b"\r\n" + A + END, len(TOO_MUCH), "a large preamble in a chunk of its own"),
        case(SECOND_LINE, SECOND_LINE.index(b"\n2") + 1, "a bare LF in a value"),
        case(A.replace(b"Con", b"\nCon") + END, 6, "a bare LF before a header"),
        case(A.replace(b": f", b"\n: f") + END, 25, "a bare LF before the colon"),
        case(
            A + END, HEADER_SIZE + 6, "a header of the very limit, cut between CR and LF", max_header_size=HEADER_SIZE
        ),
        case(A.replace(b"1", b"123456789") + END, len(A) + 1, "a field beyond both limits", **BOTH),
        case(
            FILE.replace(b"-\r\n", b"123456789\r\n") + END,
            len(FILE) + 1,
            "a file beyond both limits",
            **BOTH,
        ),
    ],
)
def test_a_cut_changes_nothing(multipart, body, cut, limits):
    whole = multipart.outcome(multipart.request(body), **limits)
    assert multipart.outcome(multipart.request(body[:cut], body[cut:]), **limits) == whole


@st.composite
def chunkings(draw, bodies):
    """A body and the chunks of one way to cut it, empty chunks included."""
    body = draw(bodies)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=8)))
    return body, [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


# What a boundary and its surroundings are made of, so that contents look like one.
CONTENT = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"-", b"--", b"x", b"\r\n--", b"\0"]) | st.binary(max_size=3)
)
NAMES = st.text(st.characters(exclude_characters="\\%\0", exclude_categories=["Cs"]), max_size=6)
HEADERS = st.lists(
    st.sampled_from(["X-A: b", "Content-Transfer-Encoding: binary", "x-empty:"]), max_size=3, unique=True
)
BOUNDARY = st.text("x'()+_,-./:=? 1", min_size=1, max_size=8).filter(lambda boundary: boundary == boundary.strip())


@st.composite
def parts(draw):
    """What one part is to say."""
    filename = draw(st.none() | NAMES)
    content = b"".join(draw(CONTENT)) if filename is not None else draw(st.text(max_size=6))
    return draw(NAMES), content, filename, draw(HEADERS)


@st.composite
def forms(draw):
    """Parts, the boundary between them, and what is around them."""
    everything, boundary = draw(st.lists(parts(), max_size=5)), draw(BOUNDARY)
    mark = b"\r\n--" + boundary.encode()
    for _, content, _, _ in everything:
        raw = content if isinstance(content, bytes) else content.encode()
        if mark in b"\r\n" + raw + b"\r\n--":
            return [], boundary, b"", b""
    around = st.sampled_from([b"", b"\r\n"])
    return everything, boundary, draw(around), draw(around | st.just(b"\r\nthe end"))


@given(form=forms(), data=st.data())
def test_any_form_comes_back_at_every_chunking(multipart, form, data):
    everything, boundary, preamble, epilogue = form
    encoded = [multipart.part(name, content, filename, *headers) for name, content, filename, headers in everything]
    body = multipart.body(*encoded, boundary=boundary, preamble=preamble, epilogue=epilogue)
    _, chunks = data.draw(chunkings(st.just(body)))
    content_type = f'multipart/form-data; boundary="{boundary}"'
    expected = [
        (name, content if filename is None else (without_folder(filename), content, None))
        for name, content, filename, _ in everything
    ]
    for cut in (chunks, [body], [body[index : index + 1] for index in range(len(body))]):
        assert multipart.outcome(multipart.request(*cut, content_type=content_type)) == expected


def without_folder(filename):
    return filename.rpartition("\\")[2] if filename[1:3] == ":\\" else filename


TOKENS = [
    *(
        b"--x\r\n",
        b"--x--",
        b"\r\n--x\r\n",
        b"\r\n--x--\r\n",
        b"\r\n--x",
        b"\r\n",
        b"\r",
        b"-",
        b"--",
        b"x",
        b":",
        b";",
    ),
    *(b"Content-Disposition: form-data", b'; name="a"', b'; name="_charset_"', b'; filename="f"', b"\r\n\r\n", b"\xeb"),
    *(b"; filename*=utf-8''%C3", b"Content-Type: text/plain", b"; charset=koi8-r", b"Content-Length: 1", b'"', b"\\"),
    *(A, FILE, CHARSET, LATIN_1, END, b"\0", b"\r\n "),
]
LIMITS = st.sampled_from(
    [
        *({}, {"max_fields": 1}, {"max_files": 1}, {"max_part_size": 2}, {"max_name_size": 0}, {"max_headers": 1}),
        {"max_file_size": 2, "max_total_file_size": math.inf},
    ]
)


def outcome(chunks, limits):
    """What the reader comes to, with contents put together."""
    try:
        reader, events = MultipartReader("multipart/form-data; boundary=x", Limits(limits)), []
        for chunk in chunks:
            for event in reader.feed(chunk):
                if isinstance(event, bytes) and isinstance(events[-1], bytes):
                    events[-1] += event
                elif event is None or isinstance(event, bytes):
                    events.append(event)
                else:
                    events.append((event.name, event.filename, event.charset, event.headers.raw))
        reader.close()
    except FormError as error:
        return error.status_code, error.message
    return events, reader.codec


# Lines of headers around a limit of 8 bytes; those of a form are longer, so no part ever begins.
LINES = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b"\0", b":", b" ", b"a", b"1234", b"X: 1\r\n", b"X: 12345\r\n"])
).map(b"".join)
LINE_BREAK = (400, "Invalid multipart data. Invalid line break in segment header.")


@given(lines=LINES, data=st.data(), most=st.integers(0, 3))
def test_no_chunking_of_headers_changes_what_is_wrong_with_them(lines, data, most):
    limits = {"max_header_size": 8, "max_headers": most}
    too_large = (413, f"Too many or too large headers of a part. Maximum is {most} of 8 bytes each.")
    body = b"--x\r\n" + lines
    _, chunks = data.draw(chunkings(st.just(body)))
    found = {outcome(cut, limits) for cut in ([body], chunks, [body[index : index + 1] for index in range(len(body))])}
    # What comes after the limit is seen in a line of one chunk only: it may be either, but nothing else.
    is_either = any(b"\n" in line[9:] for line in lines.split(b"\r\n"))
    assert len(found) == 1 or (is_either and found == {LINE_BREAK, too_large})


ANYTHING = st.lists(st.sampled_from([*TOKENS, b"\n", b"--y"]) | st.binary(max_size=4)).map(b"".join)


@given(body=ANYTHING | ANYTHING.map(b"--x\r\n".__add__), data=st.data(), limits=LIMITS)
def test_no_chunking_of_a_body_changes_the_outcome(body, data, limits):
    _, chunks = data.draw(chunkings(st.just(body)))
    whole = outcome([body], limits)
    assert outcome(chunks, limits) == whole
    assert outcome([body[index : index + 1] for index in range(len(body))], limits) == whole


@given(
    bodies=chunkings(ANYTHING),
    content_type=st.sampled_from(["boundary=x", "boundary=x; charset=utf-16", 'boundary="x']),
)
def test_any_bytes_give_a_form_or_a_form_error(multipart, bodies, content_type):
    for chunks in ([bodies[0]], bodies[1]):
        request = multipart.request(*chunks, content_type="multipart/form-data; " + content_type)
        found = multipart.outcome(request)  # raises whatever is no FormError
        assert isinstance(found, list) or found[0] in (400, 413)
