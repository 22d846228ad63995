"""What curl sends."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recorder import Capture, Entry, Recorder, field, file
from texts import AMBIGUOUS_TO_BROWSERS, BYTES, CRLF_BAIT, LARGE, TEXTS, comment_on, read_name

FILES = {
    "bait.txt": CRLF_BAIT,
    "bytes.bin": BYTES,
    "cp1251.txt": "Привет".encode("cp1251"),
    "empty.txt": b"",
    "large.bin": LARGE,
    "page.html": b"<p>\n",
    "é \u0301😀.txt": b"x",
    'quo"te\\.txt': b"y",
}


def captures(recorder: Recorder) -> Iterator[Capture]:
    shown = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    client = " ".join(shown.split()[:2])
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            Path(folder, name).write_bytes(content)

        def sent(case: str, expected: list[Entry], *arguments: str, comment: str | None = None) -> Capture:
            command = ["curl", "--silent", "--show-error", "--output", "/dev/null", *arguments, recorder.url]
            subprocess.run(command, cwd=folder, check=True)
            return Capture(case, client, *recorder.take(), expected, comment)

        yield from fields(sent)
        yield from files(sent)
        yield from awkward(sent)
        yield deprecated(sent)


def fields(sent: Any) -> Iterator[Capture]:
    yield sent("one-field", [field("name", "value")], "-F", "name=value")
    repeated = ["-F", "tag=a", "-F", "tag=", "-F", "tag=b"]
    yield sent("repeated", [field("tag", tag) for tag in ("a", "", "b")], *repeated)
    yield sent("own-headers", [field("a", "b")], "-F", 'a=b;headers="X-Custom: 1";headers="Y: ;"')
    yield sent("typed-value", [field("a", '{"b": 1}')], "-F", 'a={"b": 1};type=application/json')
    yield sent("quoted-value", [field("a", 'x;type=y "z"')], "-F", r'a="x;type=y \"z\""')
    yield sent("literal-value", [field("a", "@<;type=x")], "--form-string", "a=@<;type=x")
    yield sent("value-of-a-file", [field("a", "<p>\n")], "-F", "a=<page.html")
    yield sent("typed-charset", [field("a", "Привет")], "-F", "a=<cp1251.txt;type=text/plain; charset=windows-1251")
    header = "Content-Type: multipart/form-data; charset=windows-1251"
    yield sent("form-charset", [field("a", "Привет")], "-H", header, "-F", "a=<cp1251.txt")
    yield sent(
        "transfer-encoding",
        [field("a", "PHA+Cg==")],
        "-F",
        "a=<page.html;encoder=base64",
        comment="Content-Transfer-Encoding is deprecated by RFC 7578 section 4.7 and nobody undoes it.",
    )
    yield sent("urlencoded", [field("a", "b"), field("c d", "")], "-d", "a=b", "-d", "c+d=")
    yield sent("urlencoded-no-field", [], "-d", "")


def files(sent: Any) -> Iterator[Capture]:
    options = ["-F", "a=@empty.txt", "-F", "a=@page.html", "-F", "b=@bait.txt;type=text/x-a", "-F", "c=@bytes.bin"]
    expected = [
        file("a", "empty.txt", "text/plain", b""),
        file("a", "page.html", "text/html", b"<p>\n"),
        file("b", "bait.txt", "text/x-a", CRLF_BAIT),
        file("c", "bytes.bin", "application/octet-stream", BYTES),
    ]
    yield sent("files", expected, *options)
    options = ["-F", "a=@page.html;filename=other.name", "-F", "a=@page.html;filename="]
    expected = [
        file("a", "other.name", "text/html", b"<p>\n"),
        file("a", "", "text/html", b"<p>\n"),
    ]
    yield sent("renamed", expected, *options)
    expected = [file("f", "é \u0301😀.txt", "text/plain", b"x"), file("f", 'quo"te\\.txt', "text/plain", b"y")]
    options = ["-F", "f=@é \u0301😀.txt", "-F", r'f=@"quo\"te\\.txt"']
    yield sent("on-disk", expected, *options)
    yield sent("on-disk-form-escape", expected, "--form-escape", *options)
    expected = [file("file", "large.bin", "application/octet-stream", LARGE), field("end", "x")]
    chunked = ["-H", "Transfer-Encoding: chunked", "-F", "file=@large.bin", "-F", "end=x"]
    yield sent("chunked", expected, *chunked)


def awkward(sent: Any) -> Iterator[Capture]:
    for group, texts in TEXTS.items():
        ambiguous = AMBIGUOUS_TO_BROWSERS
        # An equals sign ends the name in the way that curl is told of it.
        as_names = [text for text in texts if "=" not in text]
        names = [option for text in as_names for option in ("--form-string", f"{text}={text}")]
        expected = [field(read_name(text, ambiguous), text) for text in as_names]
        yield sent(f"names-{group}", expected, *names, comment=comment_on(as_names, ambiguous))
        renamed = [option for text in texts for option in ("-F", f"f=@page.html;filename={quoted(text)}")]
        expected = [file("f", read_name(text, ambiguous), "text/html", b"<p>\n") for text in texts]
        yield sent(f"filenames-{group}", expected, *renamed, comment=comment_on(texts, ambiguous))
        if group in ("quotes", "two-backslashes"):
            expected = [field(text, text) for text in as_names]
            yield sent(f"form-escape-{group}", expected, "--form-escape", *names)
            expected = [file("f", text, "text/html", b"<p>\n") for text in texts]
            yield sent(f"form-escape-filenames-{group}", expected, "--form-escape", *renamed)
        # Here the name is sent as it is given.
        data = [option for text in texts for option in ("--data-urlencode", f"a={text}")]
        yield sent(f"urlencoded-{group}", [field("a", text) for text in texts], *data)


def deprecated(sent: Any) -> Capture:
    capture = sent("several-in-one", [], "-F", "f=@page.html,empty.txt", "-F", "end=x")
    nested = capture.body.split(b"\r\n\r\n", 1)[1].split(b"--\r\n")[0] + b"--\r\n"
    capture.expected = [field("f", nested.decode()), field("end", "x")]
    capture.comment = (
        "multipart/mixed inside of a form is deprecated by RFC 7578 section 4.3; it is a field of that text."
    )
    return capture


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
