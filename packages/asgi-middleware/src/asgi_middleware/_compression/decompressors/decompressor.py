"""What every coding has for one request."""

from __future__ import annotations

from typing import Protocol


class MalformedBodyError(Exception):
    """The body is not what its coding says."""


class Decompressor(Protocol):
    """Expands the body of one request in steps."""

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to be had of what was given."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether what was given ends where the coding ends, or is nothing at all."""
        ...

    @property
    def members(self) -> int:
        """How many members, or frames, have begun, each of which needs a coder of its own."""
        ...

    def decompress(self, data: bytes, limit: int) -> bytes:
        """Take a part, and give about ``limit`` bytes at most, which may be none.

        While more is to be had ``data`` must be empty. Raises `MalformedBodyError`.
        """
        ...
