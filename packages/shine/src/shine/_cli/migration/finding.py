"""What somebody has to look at."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """A line of a file, and what is to be known of it."""

    line: int
    message: str
