"""Range requests: RFC 9110 section 14, from the header to the parts of a file that are sent.

Ranges are ``(start, end)`` with ``end`` not included, in order, and apart from each other. Reading them takes time in
proportion to the header, and sorting what is at most `max_ranges`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from .._conditional.http_date import parse_http_date

_RANGE = re.compile(r"([0-9]*+)[ \t]*+-[ \t]*+([0-9]*+)")
_MOST_DIGITS = 18  # of a number that is worth reading: no file is larger


class MalformedRangeHeader(Exception):  # noqa: N818 - Starlette's name
    """The ``Range`` header is not what RFC 9110 section 14.2 allows; ``content`` says why, and is sent with the 400."""

    def __init__(self, content: str = "Malformed range header.") -> None:
        super().__init__(content)
        self.content = content


class RangeNotSatisfiable(Exception):  # noqa: N818 - Starlette's name
    """No range begins within the file, whose size is ``max_size`` bytes: the 416 of RFC 9110 section 15.5.17."""

    def __init__(self, max_size: int) -> None:
        super().__init__(f"No range begins within {max_size} bytes.")
        self.max_size = max_size


def parse_ranges(header: str, size: int, max_ranges: int) -> list[tuple[int, int]] | None:
    """The parts of a file of ``size`` bytes that a ``Range`` header asks for, or None for all of it.

    None stands for a unit that is not ``bytes`` (RFC 9110 section 14.2: ignore it), for more than ``max_ranges``
    ranges, and for the end of an empty file. Overlapping and adjoining ranges are merged. Ranges that begin behind the
    end, and members that are no ranges, are left out while there is another.

    Raises `MalformedRangeHeader` if the header is not a list of ranges or one of them ends before it starts, and
    `RangeNotSatisfiable` if none is left.

    >>> parse_ranges("bytes=0-99, 50-149, -10", 1000, 100)
    [(0, 150), (990, 1000)]
    """
    unit, separator, members = header.partition("=")
    if not separator:
        raise MalformedRangeHeader()
    if not is_in_bytes(unit) or members.count(",") >= max_ranges:
        return None
    requested = [match for member in members.split(",") if (match := _RANGE.fullmatch(member.strip(" \t")))]
    ranges = [_resolve(match[1], match[2], size) for match in requested if match[1] or match[2]]
    if not ranges:
        raise MalformedRangeHeader("Range header: range must be requested")
    if size == 0 and any(not match[1] and match[2].strip("0") for match in requested):
        return None  # the last bytes of nothing are nothing, which no Content-Range can say
    satisfiable = [(start, end) for start, end in ranges if start < end]
    if not satisfiable:
        raise RangeNotSatisfiable(size)
    return _merge(satisfiable)


def is_in_bytes(header: str) -> bool:
    """Whether the unit of a ``Range`` header, or of what stands before its ``=``, is ``bytes``."""
    return header.partition("=")[0].strip(" \t").lower() == "bytes"


def _resolve(first: str, last: str, size: int) -> tuple[int, int]:
    """Start and end within the file; an empty range if it begins behind the end."""
    if not first:
        return max(size - _number(last, size), 0), size
    # Compared as numbers are by their digits, as these may be too many to be read.
    if last and _digits(last) < _digits(first):
        raise MalformedRangeHeader("Range header: start must be less than end")
    start = _number(first, size)
    return start, size if not last else min(_number(last, size) + 1, size)


def _digits(text: str) -> tuple[int, str]:
    digits = text.lstrip("0")
    return len(digits), digits


def _number(text: str, size: int) -> int:
    """The number, or ``size`` if it is far more than that."""
    length, digits = _digits(text)
    return size if length > _MOST_DIGITS else int(digits or "0")


def _merge(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def if_range_holds(if_range: str, etag: str | None, last_modified: str | None) -> bool:
    """Whether a client's copy, of which it has a part, is what is there now: RFC 9110 section 13.1.5.

    It must name the entity tag, and a weak tag equals none; or the time of change, in any form, if that is more than
    a second ago, since a younger time may be that of two contents.

    >>> if_range_holds('"a"', '"a"', None), if_range_holds('W/"a"', 'W/"a"', None)
    (True, False)
    """
    if if_range.startswith(('"', "W/")):
        return if_range == etag and if_range[0] == '"'
    date = parse_http_date(if_range)
    return (
        date is not None
        and last_modified is not None
        and date == parse_http_date(last_modified)
        and time.time() - date >= 2
    )
