"""What a store says of one limit."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from .rate_limit import RateLimit


class RateLimitVerdict(NamedTuple):
    """Where somebody stands with one limit.

    What is hit is let through, and counted, if the verdict of every limit ``is_allowed``; otherwise nothing is counted.

    >>> verdict = RateLimitVerdict(RateLimit(10, per=60), True, remaining=9, reset=61.8, retry_after=0.0)
    >>> verdict.remaining
    9
    """

    limit: RateLimit
    is_allowed: bool
    """Whether this limit has room."""
    remaining: int
    """How many more there is room for now."""
    reset: float
    """Seconds until there is room for more than ``remaining``; 0 if nothing is counted."""
    retry_after: float
    """Seconds until there is room for what was refused; 0 if there is, and infinite if there never will be."""


def verdict_of(limit: RateLimit, has_room: int, count: int, reset: int, wait: int) -> RateLimitVerdict:
    """The verdict for a count; times are in microseconds, and a wait below zero never ends."""
    return RateLimitVerdict(
        limit,
        bool(has_room),
        max(limit.limit - count, 0),
        reset / 1_000_000,
        inf if wait < 0 else wait / 1_000_000,
    )
