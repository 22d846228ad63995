"""What every client is asked to send: texts that are names, values and names of files, and the contents of files."""

from __future__ import annotations

import hashlib
import re

TEXTS: dict[str, list[str]] = {
    "non-ascii": ["é", "Имя", "日本", "😀", "e\u0301 \u00a0\u200f"],
    "quotes": ['q"u"ote', "it's `${x}`", "back\\slash", 'both\\"', "at the end\\"],
    "two-backslashes": ["\\\\server\\share"],
    "line-ends": ["cr\rx", "lf\nx", "crlf\r\nx", "\n\r"],
    "percents": ["100%", "%41%00", "%0a%0d% + %2"],
    "escapes": ["%22", "%0D%0A"],
    "separators": ["a;b", "a=b&c", " ; filename=x", "<a>[0].b:c/d, e "],
    "controls": ["tab\tx", "esc\x1bx", "del\x7fx"],
}
"""Each group is one form, in which each text is the name of a field, or that of a file."""

BYTES = bytes(range(256))
CRLF_BAIT = b"\r\n--\r\n----WebKitFormBoundary\r\n--X\r\n\r\r\n\n--------------------------\r\n-"
LARGE = b"".join(hashlib.sha256(bytes([block // 256, block % 256])).digest() for block in range(70 * 1024 // 32 + 1))

AMBIGUOUS_TO_BROWSERS = {
    "%22": ('"', "A quotation mark is sent as %22, and %22 itself as it is: the more likely of both is read."),
    "%0D%0A": ("\r\n", "A line end is sent as %0D%0A, and that itself as it is: the more likely of both is read."),
    "\\\\server\\share": (
        "\\server\\share",
        "Backslashes are sent as they are here and doubled by httpx and curl --form-escape: two are read as one.",
    ),
}
"""Names that the HTML standard's way of quoting leaves ambiguous: what a reader makes of them, and why."""


def windows_line_ends(text: str) -> str:
    """What a browser makes of a name and of a value, but not of the name of a file (HTML, "Form submission")."""
    return re.sub("\r\n|\r|\n", "\r\n", text)


def read_name(name: str, ambiguous: dict[str, tuple[str, str]]) -> str:
    return ambiguous[name][0] if name in ambiguous else name


def comment_on(names: list[str], ambiguous: dict[str, tuple[str, str]]) -> str | None:
    return " ".join(ambiguous[name][1] for name in names if name in ambiguous) or None
