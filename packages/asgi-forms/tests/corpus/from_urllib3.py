"""What urllib3 sends."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import urllib3
from recorder import Capture, Entry, Recorder, field, file
from texts import AMBIGUOUS_TO_BROWSERS, BYTES, CRLF_BAIT, TEXTS, comment_on, read_name
from urllib3.fields import RequestField, format_header_param_rfc2231

CLIENT = f"urllib3 {urllib3.__version__}"


def captures(recorder: Recorder) -> Iterator[Capture]:
    pool = urllib3.PoolManager()

    def sent(case: str, expected: list[Entry], comment: str | None = None, **options: Any) -> Capture:
        pool.request("POST", recorder.url, **options)
        return Capture(case, CLIENT, *recorder.take(), expected, comment)

    yield sent("one-field", [field("name", "value")], fields={"name": "value"})
    body, content_type = urllib3.encode_multipart_formdata({})  # of its own accord it sends no form then
    yield sent("no-field", [], body=body, headers={"content-type": content_type})
    fields = [("tag", "a"), ("tag", ""), ("tag", "b")]
    yield sent("repeated", [field(*pair) for pair in fields], fields=fields)
    fields = [("text", "é\n"), ("bytes", b"caf\xc3\xa9"), ("latin", b"caf\xe9"), ("number", "1")]
    expected = [field("text", "é\n"), field("bytes", "café"), field("latin", "café"), field("number", "1")]
    yield sent("values", expected, "What is no UTF-8 is read as latin-1.", fields=fields)
    yield sent(
        "urlencoded", [field("a", "é & 😀"), field("é", "")], fields={"a": "é & 😀", "é": ""}, encode_multipart=False
    )
    files: list[tuple[str, tuple[str, Any, str]]] = [
        ("file", ("empty.txt", b"", "text/plain")),
        ("file", ("", b"", "application/octet-stream")),
        ("file", ("text.txt", "é\r\n", "text/plain; charset=utf-8")),
        ("bait", ("bait.bin", CRLF_BAIT, "application/octet-stream")),
        ("bytes", ("bytes.bin", BYTES, "application/x-bytes")),
    ]
    expected = [file(name, f, t, c if isinstance(c, bytes) else c.encode()) for name, (f, c, t) in files]
    yield sent("files", expected, fields=files)
    for group, texts in TEXTS.items():
        ambiguous = AMBIGUOUS_TO_BROWSERS
        expected = [field(read_name(text, ambiguous), text) for text in texts]
        yield sent(f"names-{group}", expected, comment_on(texts, ambiguous), fields=[(text, text) for text in texts])
        expected = [file("file", read_name(text, ambiguous), "text/x-a", b"x") for text in texts]
        parts = [("file", (text, b"x", "text/x-a")) for text in texts]
        yield sent(f"filenames-{group}", expected, comment_on(texts, ambiguous), fields=parts)
        if group != "controls":  # are not valid in this way of writing a parameter
            known = ambiguous if group == "escapes" else {}  # which have nothing that this way would quote
            expected = [file("file", read_name(text, known), "text/x-a", b"x") for text in texts]
            parts = [rfc2231_field(text) for text in texts]
            yield sent(f"rfc2231-{group}", expected, comment_on(texts, known), fields=parts)
    body, content_type = urllib3.encode_multipart_formdata(
        [("file", ("large.bin", BYTES * 4, "text/x-a")), ("end", "x")]
    )
    yield sent(
        "chunked",
        [file("file", "large.bin", "text/x-a", BYTES * 4), field("end", "x")],
        body=iter([body[:500], body[500:]]),
        headers={"content-type": content_type},
        chunked=True,
    )


def rfc2231_field(filename: str) -> RequestField:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        made = RequestField("file", b"x", filename, header_formatter=format_header_param_rfc2231)
        made.make_multipart(content_type="text/x-a")
    return made
