"""The headers of a part, read line by line."""

from __future__ import annotations

import re
from functools import lru_cache

from asgi_types import TOKEN

from .._form_error import FormError
from .._limits import Limits

KNOWN_NAMES = frozenset((b"content-disposition", b"content-type"))
"""Names that need no check; RFC 7578 section 4.8 has all others ignored."""


class PartHeaders:
    """The headers of one part: names in lower case and values, as bytes.

    ``bytes_received`` and ``complete`` are for the library, which counts the content by them.
    """

    __slots__ = ("bytes_received", "complete", "raw")

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self.raw = raw
        self.bytes_received = 0
        self.complete = False

    def get(self, name: bytes) -> str | None:
        """The value of a header with one character a byte; `FormError` if there are two of that name."""
        values = [value for key, value in self.raw if key == name]
        if len(values) > 1:
            raise FormError.malformed(f"Invalid multipart data. A part has two {name.decode().title()} headers.")
        return values[0].decode("latin-1") if values else None


def add_line(headers: list[tuple[bytes, bytes]], line: bytes, limits: Limits) -> None:
    """Take the next line of headers; `FormError` for a malformed one and beyond a limit.

    What is wrong with a line is found whether it came in one chunk or in several. A line that continues the last one is
    malformed, as it is in a request (RFC 9112 section 5.2).
    """
    limit, line_feed = limits.max_header_size, line.find(b"\n")
    # In the order in which it can be seen of a line that has not arrived as a whole.
    if 0 <= line_feed <= limit:
        raise FormError.malformed("Invalid multipart data. Invalid line break in segment header.")
    if len(line) > limit or len(headers) >= limits.max_headers:
        raise too_large(limits)
    if b"\r" in line or b"\0" in line:
        raise FormError.malformed("Invalid multipart data. CR or NUL in segment header.")
    name, colon, value = line.partition(b":")
    name = name.lower()
    if not colon:
        raise FormError.malformed("Invalid multipart data. Malformed segment header.")
    if name not in KNOWN_NAMES and not _token().fullmatch(name):
        raise FormError.malformed("Invalid multipart data. Invalid segment header name.")
    headers.append((name, value.strip(b" \t")))


def too_large(limits: Limits) -> FormError:
    """The refusal of headers beyond a limit."""
    return FormError.malformed(
        f"Too many or too large headers of a part. Maximum is {limits.max_headers} of "
        f"{limits.max_header_size} bytes each.",
        FormError.too_large_status,
    )


@lru_cache(maxsize=1)
def _token() -> re.Pattern[bytes]:
    return re.compile(TOKEN.encode())
