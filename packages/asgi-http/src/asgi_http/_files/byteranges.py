"""The media type ``multipart/byteranges``: RFC 9110 section 14.6, several ranges of a file in one body."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

Segment = bytes | tuple[int, int]
"""A piece of a body: bytes as they are, or a range of a file."""


def make_boundary() -> str:
    """26 random hexadecimal digits, so that no file can hold its own boundary.

    >>> len(make_boundary())
    26
    """
    return os.urandom(13).hex()


def multipart_layout(
    ranges: Sequence[tuple[int, int]], boundary: str, max_size: int, content_type: str
) -> tuple[int, Callable[[int, int], bytes]]:
    r"""The length of the body, and a function that makes what stands before a range.

    >>> length, part_header = multipart_layout([(0, 5), (10, 12)], "B", 30, "text/plain")
    >>> length, part_header(0, 5)
    (142, b'--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-4/30\r\n\r\n')
    """

    def part_header(start: int, end: int) -> bytes:
        return (
            f"--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: bytes {start}-{end - 1}/{max_size}\r\n\r\n"
        ).encode("latin-1")

    # Headers differ in the digits of two numbers only, so none is made to be measured.
    header_length = len(part_header(0, 1)) - len("00")
    parts = sum(header_length + len(f"{start}{end - 1}") + end - start + len("\r\n") for start, end in ranges)
    return parts + len(f"--{boundary}--"), part_header


def multipart_segments(
    ranges: Sequence[tuple[int, int]], boundary: str, part_header: Callable[[int, int], bytes]
) -> list[Segment]:
    """The body, piece by piece."""
    segments: list[Segment] = []
    for start, end in ranges:
        segments += [part_header(start, end), (start, end), b"\r\n"]
    return [*segments, f"--{boundary}--".encode("latin-1")]
