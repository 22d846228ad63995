"""The body of one request, expanded step by step through all of its codings, under its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asgi_types import ContentTooLarge, HTTPException

from .decompressors.decompressor import Decompressor

FREE: Final = 64 * 1024
"""Bytes that a body may expand to whatever the ratio: little text compresses well, and takes little memory."""

FREE_MEMBERS: Final = 1000
"""Members of gzip, or frames of zstd, that a body may have whatever its size: each needs a coder of its own."""

MEMBER_SIZE: Final = 1024
"""Bytes that have to arrive for each one more."""

_SLICE: Final = 4 * 1024  # what a coder is given at once, since it copies what it has not used yet
_STEP: Final = 64 * 1024  # what it may give at once

# What takes as long as giving so many bytes. Input may be all tables, which take long to read and give nothing.
_INPUT_WORK: Final = 4
_MEMBER_WORK: Final = 4 * 1024


class ExpandedBody:
    """Take what arrives, and give what it expands to; ``decompressors`` are in the order in which they are needed.

    What passes from one coding to the next counts as well. Raises `ContentTooLarge` for more than ``max_size`` bytes,
    and `HTTPException` 413 for more than ``max_ratio`` times what has arrived, or for more members than fit its size.
    """

    def __init__(self, decompressors: Sequence[Decompressor], max_size: float, max_ratio: float) -> None:
        self._decompressors = decompressors
        self._totals = [0] * len(decompressors)
        self._max_size = max_size
        # What does not compress gets a little larger by each coding.
        self._max_coded = max_size + max_size / 100 + FREE
        self._max_ratio = max_ratio
        self._arrived = 0
        self._work = 0
        self._left = memoryview(b"")

    @property
    def left(self) -> int:
        """Bytes that have arrived and not been looked at."""
        return len(self._left)

    @property
    def is_used_up(self) -> bool:
        """Whether there is nothing more to be had of what has arrived."""
        return not self._left and all(decompressor.needs_input for decompressor in self._decompressors)

    @property
    def is_complete(self) -> bool:
        """Whether every coding has come to its end."""
        return all(decompressor.is_complete for decompressor in self._decompressors)

    def feed(self, data: bytes) -> None:
        """Take what has arrived, once all before is used up."""
        self._arrived += len(data)
        if self._arrived > self._max_coded:
            raise ContentTooLarge(int(self._max_size))
        self._left = memoryview(data)

    def read(self, size: int) -> bytes:
        """About ``size`` bytes; less, or none, where all that has arrived is used up, or they took as long as more."""
        parts: list[bytes] = []
        self._work = 0
        while self._work < size and (part := self._step(len(self._decompressors) - 1)) is not None:
            parts.append(part)
        return b"".join(parts)

    def _step(self, index: int) -> bytes | None:
        """Some of what one coding expands to, which may be nothing, or None where it has nothing to go on with."""
        if index < 0:
            part, self._left = bytes(self._left[:_SLICE]), self._left[_SLICE:]
            return part or None
        decompressor = self._decompressors[index]
        data = b""
        if decompressor.needs_input:
            given = self._step(index - 1)
            if not given:
                return given
            data = given
        is_last = index == len(self._decompressors) - 1
        members = decompressor.members
        part = decompressor.decompress(data, _STEP if is_last else _SLICE)
        self._work += max(len(part), _INPUT_WORK * len(data)) + _MEMBER_WORK * (decompressor.members - members)
        self._totals[index] += len(part)
        self._check(self._totals[index], decompressor.members, is_last)
        return part

    def _check(self, total: int, members: int, is_last: bool) -> None:
        if total > (self._max_size if is_last else self._max_coded):
            raise ContentTooLarge(int(self._max_size))
        if total > max(FREE, self._max_ratio * self._arrived):
            raise HTTPException(413, f"The body expands to more than {self._max_ratio:g} times its size.")
        if members > max(FREE_MEMBERS, self._arrived / MEMBER_SIZE):
            raise HTTPException(413, "The body is made of too many members, or frames, for its size.")
