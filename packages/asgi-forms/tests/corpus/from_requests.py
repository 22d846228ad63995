"""What requests sends."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import requests
import urllib3
from recorder import Capture, Entry, Recorder, field, file
from texts import AMBIGUOUS_TO_BROWSERS, BYTES, CRLF_BAIT, TEXTS, comment_on, read_name

CLIENT = f"requests {requests.__version__} with urllib3 {urllib3.__version__}"


def captures(recorder: Recorder) -> Iterator[Capture]:
    def sent(case: str, expected: list[Entry], comment: str | None = None, **options: Any) -> Capture:
        requests.post(recorder.url, timeout=10, **options)
        return Capture(case, CLIENT, *recorder.take(), expected, comment)

    yield sent("one-field", [field("name", "value")], files={"name": (None, "value")})
    yield sent("urlencoded-one-field", [field("name", "value")], data={"name": "value"})
    data: list[tuple[str, Any]] = [
        ("tag", "a"),
        ("tag", ""),
        ("number", 1),
        ("bytes", b"caf\xc3\xa9"),
        ("many", ["x", "y"]),
    ]
    expected = [field("tag", "a"), field("tag", ""), field("number", "1"), field("bytes", "café")]
    expected += [field("many", "x"), field("many", "y")]
    yield sent("urlencoded-repeated", expected, data=data)
    yield sent("repeated", [*expected, file("f", "f.txt", None, b"")], data=data, files={"f": ("f.txt", b"")})
    parts: list[tuple[str, Any]] = [
        ("file", ("empty.txt", b"")),
        ("file", ("", b"without a name")),
        ("file", ("text.txt", "é\r\n", "text/plain", {"X-Custom": "1", "Expires": "0"})),
        ("bait", ("bait.bin", BytesIO(CRLF_BAIT), "application/x-bait")),
        ("bytes", ("bytes.bin", BYTES, "application/x-bytes")),
        ("key", b"the key is the name"),
    ]
    expected = [
        file("file", "empty.txt", None, b""),
        file("file", "", None, b"without a name"),
        file("file", "text.txt", "text/plain", "é\r\n".encode()),
        file("bait", "bait.bin", "application/x-bait", CRLF_BAIT),
        file("bytes", "bytes.bin", "application/x-bytes", BYTES),
        file("key", "key", None, b"the key is the name"),
    ]
    yield sent("files", expected, files=parts)
    for group in ("non-ascii", "quotes", "line-ends"):
        texts = TEXTS[group]
        parts = [(text, (text, b"x")) for text in texts]
        names = [read_name(text, AMBIGUOUS_TO_BROWSERS) for text in texts]
        yield sent(
            f"names-{group}",
            [file(n, n, None, b"x") for n in names],
            comment_on(texts, AMBIGUOUS_TO_BROWSERS),
            files=parts,
        )
        yield sent(f"urlencoded-{group}", [field(text, text) for text in texts], data={text: text for text in texts})
