"""Ids for requests that come without one."""

from __future__ import annotations

import os
import time

_RANDOM_BITS = (1 << 74) - 1
_LOW_BITS = (1 << 62) - 1
_VERSION = 7 << 76
_VARIANT = 2 << 62


def new_request_id() -> str:
    """A new UUID of version 7 (RFC 9562 section 5.7) as 32 hexadecimal digits.

    It begins with the time in milliseconds, so that ids sort as the requests came; 74 bits are random. Databases take
    it for a UUID, and tracing for the id of a trace.

    >>> from uuid import UUID
    >>> UUID(new_request_id()).version
    7
    """
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    milliseconds = time.time_ns() // 1_000_000
    high = milliseconds << 80 | _VERSION | (random >> 62) << 64
    return f"{high | _VARIANT | (random & _LOW_BITS):032x}"
