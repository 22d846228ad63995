"""What httpx sends."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
from recorder import Capture, Entry, Recorder, field, file
from texts import BYTES, CRLF_BAIT, TEXTS, comment_on, read_name

CLIENT = f"httpx {httpx.__version__}"
AMBIGUOUS = {
    "%22": ('"', "A quotation mark is sent as %22, and %22 itself as it is: the more likely of both is read."),
    "%0D%0A": ("\r\n", "A line end is sent as %0D%0A, and that itself as it is: the more likely of both is read."),
    "tab\tx": ("tab%09x", "A tab is sent as %09, as no browser does, so %09 is read as what it says."),
}


def captures(recorder: Recorder) -> Iterator[Capture]:
    def sent(case: str, expected: list[Entry], comment: str | None = None, **options: Any) -> Capture:
        httpx.post(recorder.url, **options)
        return Capture(case, CLIENT, *recorder.take(), expected, comment)

    yield from fields(sent)
    yield from files(sent)
    for group, texts in TEXTS.items():
        expected = [field(read_name(text, AMBIGUOUS), text) for text in texts]
        parts: list[tuple[str, Any]] = [(text, (None, text)) for text in texts]
        yield sent(f"names-{group}", expected, comment_on(texts, AMBIGUOUS), files=parts)
        expected = [file("file", read_name(text, AMBIGUOUS), "text/x-a", b"x") for text in texts]
        parts = [("file", (text, b"x", "text/x-a")) for text in texts]
        yield sent(f"filenames-{group}", expected, comment_on(texts, AMBIGUOUS), files=parts)
        yield sent(f"urlencoded-{group}", [field(text, text) for text in texts], data={text: text for text in texts})


def fields(sent: Any) -> Iterator[Capture]:
    yield sent("one-field", [field("name", "value")], files={"name": (None, "value")})
    yield sent("urlencoded-one-field", [field("name", "value")], data={"name": "value"})
    data = {"tag": ["a", "", "b"], "number": 1, "none": None, "true": True}
    expected = [field("tag", tag) for tag in ("a", "", "b")]
    expected += [field("number", "1"), field("none", ""), field("true", "true")]
    yield sent("urlencoded-repeated", expected, data=data)
    yield sent("repeated", [*expected, file("f", "f.txt", "text/plain", b"")], data=data, files={"f": ("f.txt", b"")})
    many = {f"field{number}": str(number) * number for number in range(8)}
    yield sent("many-fields", [field(*pair) for pair in many.items()], files={n: (None, v) for n, v in many.items()})
    yield sent("no-name", [field("", "x")], files={"": (None, "x")})


def files(sent: Any) -> Iterator[Capture]:
    parts: list[tuple[str, Any]] = [
        ("file", ("empty.txt", b"")),
        ("file", ("text.txt", "é\r\n")),
        ("file", BytesIO(b"without a name")),
        ("file", ("unknown", b"x")),
        ("bait", ("bait.bin", CRLF_BAIT, "application/x-bait")),
        ("bytes", ("bytes.bin", BYTES, "application/x-bytes")),
    ]
    expected = [
        file("file", "empty.txt", "text/plain", b""),
        file("file", "text.txt", "text/plain", "é\r\n".encode()),
        file("file", "upload", "application/octet-stream", b"without a name"),
        file("file", "unknown", "application/octet-stream", b"x"),
        file("bait", "bait.bin", "application/x-bait", CRLF_BAIT),
        file("bytes", "bytes.bin", "application/x-bytes", BYTES),
    ]
    yield sent("files", expected, files=parts)
    yield sent("bytes-without-a-name", [file("f", "upload", "application/octet-stream", b"x")], files={"f": b"x"})
    comment = "A file whose name is empty is sent without one, so it is a field."
    yield sent("empty-filename", [field("f", "x")], comment, files={"f": ("", b"x")})
    headers = {"X-Custom": "é", "Content-Type": "a/b"}
    yield sent(
        "part-headers",
        [file("f", "f.txt", "a/b", b"x"), file("g", "g.txt", "c/d", b"y")],
        files={"f": ("f.txt", b"x", None, headers), "g": ("g.txt", b"y", "c/d", {"X-A": "1"})},
    )
    headers = {"content-type": 'multipart/form-data; boundary="a b=\'()+_,-./:?"'}
    expected = [field("a", "\r\n--a b="), file("f", "f.txt", "text/plain", b"--a b='()+_,-./:")]
    yield sent(
        "own-boundary", expected, headers=headers, data={"a": "\r\n--a b="}, files={"f": ("f.txt", b"--a b='()+_,-./:")}
    )
    expected = [file("file", "large.bin", "application/octet-stream", BYTES * 40), field("end", "x")]
    stream: list[tuple[str, Any]] = [("file", ("large.bin", Unsized(BYTES * 40))), ("end", (None, "x"))]
    yield sent("chunked", expected, files=stream)


class Unsized:
    """A file that does not tell its size, which makes the transfer chunked."""

    def __init__(self, content: bytes) -> None:
        self._file = BytesIO(content)

    def read(self, size: int) -> bytes:
        return self._file.read(size)
