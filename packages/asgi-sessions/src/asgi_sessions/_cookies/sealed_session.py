"""What is found in a cookie, and until when it is a session."""

from __future__ import annotations

from time import time
from typing import Final, NamedTuple

CLOCK_SKEW: Final = 60
"""Seconds that the clock of the server that wrote a cookie may be ahead of the one that reads it."""


class SealedSession(NamedTuple):
    """What was in a cookie: a session as JSON, and when it was written, in seconds of Unix time."""

    encoded: bytes
    written_at: int


def is_in_time(written_at: int, max_age: int | None) -> bool:
    """Whether what was written then is at most ``max_age`` seconds old, and not from the future."""
    return max_age is None or -CLOCK_SKEW <= time() - written_at < max_age + 1  # the time of writing has no fraction
