"""Header fields in ASGI's lists of byte pairs, found without an object for each list."""

from __future__ import annotations

from collections.abc import Iterable

Pairs = Iterable[tuple[bytes, bytes]]


def first_field(headers: Pairs, name: bytes) -> bytes | None:
    """The value of the first field of this name, which is in lower case as in all of ASGI, or None."""
    for found, value in headers:
        if found == name:
            return value
    return None


def joined_field(headers: Pairs, name: bytes) -> str | None:
    """All values of this name as one list (RFC 9110 section 5.3), or None if there is no such field."""
    values = [value.decode("latin-1") for found, value in headers if found == name]
    return ", ".join(values) if values else None


def length_of(value: bytes) -> int | None:
    """The length that a ``Content-Length`` declares, or None for what is none, or is as long as nothing can be.

    >>> length_of(b"42"), length_of(b"-1")
    (42, None)
    """
    return int(value) if value.isdigit() and len(value) < 20 else None
