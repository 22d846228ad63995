"""Files that were compressed beforehand and lie beside the file itself: ``app.js.br`` for ``app.js``.

Such a sibling is another representation of the same thing (RFC 9110 section 8.4): it has the media type of the file,
and an entity tag, a length and ranges of its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Final, NamedTuple

from asgi_types import Headers, HTTPException

from .accept_encoding import acceptable_encodings
from .static_path import is_miss

TOLERANCE: Final = 10
"""Seconds that a sibling may seem to be older than its file: what copies both keeps no order."""

SUFFIXES: Final = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
_ALL_SUFFIXES: Final = tuple(SUFFIXES.values())


class NotAcceptable(HTTPException):
    """A 406: the client accepts the file in no coding that there is."""

    vary = "Accept-Encoding"

    def __init__(self) -> None:
        super().__init__(406, headers={"Vary": self.vary})


class Sibling(NamedTuple):
    """A compressed file beside another one: its coding as ``Content-Encoding`` has it, its path and its status."""

    encoding: str
    path: str
    stat_result: os.stat_result


def known_encodings(encodings: Iterable[str]) -> tuple[str, ...]:
    """``encodings`` as a tuple; `ValueError` for one that has no suffix of its own.

    >>> known_encodings(["br", "gzip"])
    ('br', 'gzip')
    """
    known = tuple(encodings)
    for encoding in known:
        if encoding not in SUFFIXES:
            raise ValueError(f"Unknown encoding {encoding!r} in precompressed: give some of {', '.join(SUFFIXES)}.")
    return known


def may_have_siblings(path: str) -> bool:
    """Whether a file of this name may be there compressed as well: it is not itself a compressed one.

    >>> may_have_siblings("app.js"), may_have_siblings("app.js.gz")
    (True, False)
    """
    return not path.endswith(_ALL_SUFFIXES)


def find_sibling(
    path: str, stat_result: os.stat_result, headers: Headers, encodings: tuple[str, ...], *, follow_symlink: bool
) -> Sibling | None:
    """The sibling of ``path`` that the client likes best, or None if that is the file itself.

    A sibling that is more than 10 seconds older than the file is left out, as it was made of another one; so is one
    that is no regular file, one that may not be read, and without ``follow_symlink`` a link. A request without
    ``Accept-Encoding`` gets the file itself.

    Raises `NotAcceptable` if the client refuses the file itself, and there is no sibling that it accepts.
    """
    fields = headers.getlist("accept-encoding")
    if not fields:
        return None
    oldest = stat_result.st_mtime_ns - TOLERANCE * 10**9
    for encoding in acceptable_encodings(",".join(fields), encodings):
        if encoding == "identity":
            return None
        sibling = f"{path}{SUFFIXES[encoding]}"
        status = _status(sibling, follow_symlink)
        if status is not None and status.st_mtime_ns >= oldest and is_readable(sibling, status):
            return Sibling(encoding, sibling, status)
    raise NotAcceptable


def _status(path: str, follow_symlink: bool) -> os.stat_result | None:
    try:
        return os.stat(path, follow_symlinks=follow_symlink)  # noqa: PTH116 - once for each coding
    except OSError as error:
        if is_miss(error):
            return None
        raise


def is_readable(path: str, stat_result: os.stat_result) -> bool:
    """Whether this is a regular file that we may read."""
    return stat.S_ISREG(stat_result.st_mode) and os.access(path, os.R_OK)
