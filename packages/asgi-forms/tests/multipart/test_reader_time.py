"""Time grows with the size of a body and not faster, whatever is large about it and however it is cut."""

import contextlib

import pytest

from asgi_forms import FormError
from asgi_forms._limits import Limits
from asgi_forms._multipart.reader import MAX_BOUNDARY, MultipartReader

FIELD = b'--x\r\nContent-Disposition: form-data; name="a"'
FILE = FIELD + b'; filename="f"'
END = b"\r\n--x--\r\n"
CHUNK = 16 * 1024


@pytest.fixture(scope="module")
def read(no_limits):
    """Reads a body and has done with it."""

    def read(chunks, content_type="multipart/form-data; boundary=x", **limits):
        with contextlib.suppress(FormError):
            reader = MultipartReader(content_type, Limits(no_limits, limits))
            for chunk in chunks:
                for _ in reader.feed(chunk):
                    pass
            reader.close()

    return read


def of_size(body, size=CHUNK):
    return [body[index : index + size] for index in range(0, len(body), size)]


def content(unit):
    """A file of ``n`` bytes of that unit."""
    return lambda n: FILE + b"\r\n\r\n" + unit * (n // len(unit)) + END


def head(unit, prefix=b""):
    """Headers of ``n`` bytes, all of that unit."""
    return lambda n: FIELD + prefix + unit * (n // len(unit)) + b"\r\n\r\n1" + END


WHOLE = {
    "fields": lambda n: (FIELD + b"\r\n\r\n1\r\n") * (n // 50) + END,
    "files": lambda n: (FILE + b"\r\n\r\n1\r\n") * (n // 50) + END,
    "empty fields": lambda n: (FIELD + b"\r\n\r\n\r\n") * (n // 50) + END,
    "charset fields": lambda n: (FIELD.replace(b'"a"', b'"_charset_"') + b"\r\n\r\nkoi8-r\r\n") * (n // 50) + END,
    "a large charset field": lambda n: FIELD.replace(b'"a"', b'"_charset_"') + b"\r\n\r\n" + b"u" * n + END,
    "a large field": content(b"1"),
    "CR": content(b"\r"),
    "LF": content(b"\n"),
    "CRLF": content(b"\r\n"),
    "CR and much without": lambda n: FILE + b"\r\n\r\n\r" + b"1" * n + END,
    "LF and much without": lambda n: FILE + b"\r\n\r\n\n" + b"1" * n + END,
    "half a delimiter": content(b"\r\n--"),
    "a delimiter but one byte": content(b"\r\n--y"),
    "a delimiter without its CR": content(b"\n--x"),
    "dashes": content(b"-"),
    "headers": head(b"\r\nX: 1"),
    "empty headers": head(b"\r\nX:"),
    "an epilogue": lambda n: FIELD + b"\r\n\r\n1" + END + b"e" * n,
    "delimiters in an epilogue": lambda n: FIELD + b"\r\n\r\n1" + END * (n // 9),
}


ONE_HEADER = {
    "a header": head(b"1", b"\r\nX: "),
    "the name of a header": head(b"x", b"\r\n"),
    "spaces in a header": head(b" ", b"\r\nX:"),
    "colons": head(b":", b"\r\nX"),
    "a content type": head(b"; a=b", b"\r\nContent-Type: text/plain"),
    "quotes in a content type": head(b';a="', b"\r\nContent-Type: text/plain"),
    "spaces in a content type": head(b"; ", b"\r\nContent-Type: text/plain"),
    "a charset": head(b"a", b"\r\nContent-Type: text/plain; charset="),
    "a content length": head(b"1", b"\r\nContent-Length: "),
    "spaces in a disposition": head(b" "),
    "semicolons in a disposition": head(b";"),
    "parameters of a disposition": head(b";b=c"),
    "quotes in a disposition": head(b'"'),
    "open quotes in a disposition": head(b';b="'),
    "escapes in a disposition": head(b"\\\\", b';b="'),
    "a head without an end": lambda n: FIELD + b"\r\nX: " + b"1" * n,
}


@pytest.mark.parametrize("shape", [*WHOLE, *ONE_HEADER])
def test_time_is_linear_in_what_a_chunk_has(read, assert_linear, shape):
    assert_linear(lambda body: read([body]), {**WHOLE, **ONE_HEADER}[shape], 100_000)


@pytest.mark.parametrize("shape", WHOLE)
def test_time_is_linear_in_the_number_of_chunks(read, assert_linear, shape):
    assert_linear(read, lambda n: of_size(WHOLE[shape](n), 500), 50_000)


TINY = {
    "content": content(b"1"),
    "CRLF": content(b"\r\n"),
    "half a delimiter": content(b"\r\n--"),
    "fields": WHOLE["fields"],
    "headers": WHOLE["headers"],
    "an epilogue": WHOLE["an epilogue"],
}


@pytest.mark.parametrize("shape", TINY)
def test_time_is_linear_byte_by_byte(read, assert_linear, shape):
    assert_linear(read, lambda n: of_size(TINY[shape](n), 1), 5_000)


def test_time_is_linear_in_the_number_of_empty_chunks(read, assert_linear):
    assert_linear(read, lambda n: [FIELD, *[b""] * n, b"\r\n\r\n1", *[b""] * n, END], 10_000)


@pytest.mark.parametrize("length", [1, 10, MAX_BOUNDARY])
@pytest.mark.parametrize("unit", [b"\r", b"\r\n--", b"-", b"\r\n--" + b"x" * (MAX_BOUNDARY - 1)])
def test_time_is_linear_with_any_boundary(read, assert_linear, length, unit):
    boundary = b"x" * length
    body = b"--" + boundary + FILE[len("--x") :] + b"\r\n\r\n"

    def chunks(n):
        return of_size(body + unit * (n // len(unit)) + b"\r\n--" + boundary + b"--", 700)

    content_type = f"multipart/form-data; boundary={boundary.decode()}"
    assert_linear(lambda chunks: read(chunks, content_type), chunks, 100_000)


def test_a_long_boundary_costs_little_more_than_a_short_one_at_any_content(read, assert_linear):
    # The length of the boundary in place of that of the body, which stays the same.
    def body(n):
        boundary = b"x" * min(n, MAX_BOUNDARY)
        file = b"--" + boundary + FILE[len("--x") :] + b"\r\n\r\n" + (b"\r\n--" + boundary[1:]) * 200
        return boundary, of_size(file + b"\r\n--" + boundary + b"--", 1)

    def parse(made):
        boundary, chunks = made
        read(chunks, f"multipart/form-data; boundary={boundary.decode()}")

    assert_linear(parse, body, MAX_BOUNDARY // 4)


CONTENT_TYPES = {
    "a boundary": lambda n: "; boundary=" + "x" * n,
    "a quoted boundary": lambda n: '; boundary="' + "\\x" * n,
    "parameters": lambda n: "".join(f"; a{number}=b" for number in range(n)),
    "semicolons": lambda n: ";" * n,
    "spaces": lambda n: "; boundary=x" + " " * n + "y z",
    "open quotes": lambda n: '; a="' * n,
    "a charset": lambda n: "; boundary=x; charset=" + "u" * n,
}


@pytest.mark.parametrize("shape", CONTENT_TYPES)
def test_time_is_linear_in_the_content_type(read, assert_linear, shape):
    assert_linear(
        lambda value: read([b"--x--"], value), lambda n: "multipart/form-data" + CONTENT_TYPES[shape](n), 20_000
    )


LARGE_HEADERS = {
    "one line": (b"X: 1", b"1"),
    "many lines": (b"X: 1", b"\r\nX: 1"),
    "spaces": (b"X:", b" "),
    "a content type": (b"Content-Type: text/plain", b";a=b"),
    "an open quote": (b'Content-Type: text/plain; a="', b"1"),
    "escapes after an open quote": (b'Content-Type: text/plain; a="', b"\\\\"),
}


@pytest.mark.parametrize("shape", LARGE_HEADERS)
def test_time_is_linear_in_the_number_of_parts_with_large_headers(read, assert_linear, shape):
    # Each chunk of a header costs as much as the header has by then, so their limit is what keeps that small.
    beginning, unit = LARGE_HEADERS[shape]
    part = FIELD + b"\r\n" + beginning + unit * (4000 // len(unit)) + b"\r\n\r\n1\r\n"
    assert_linear(lambda chunks: read(chunks, max_header_size=4224), lambda n: of_size(part * n + END, 100), 10)
