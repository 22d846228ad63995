"""The coding ``zstd`` (RFC 8878)."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

from .compressor import Bytes

MAX_LEVEL: Final = 19
"""The highest level whose window is not above 8 MiB, more than which a client need not have (RFC 9659)."""


class ZstdCompressor:
    """A `Compressor` by ``compression.zstd`` or ``backports.zstd``, which are the same."""

    __slots__ = ("_coder",)

    def __init__(self, library: ModuleType, level: int) -> None:
        self._coder: Any = library.ZstdCompressor(level)

    def compress(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.compress(data)
        return coded

    def flush(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.compress(data, self._coder.FLUSH_BLOCK)
        return coded

    def finish(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.compress(data, self._coder.FLUSH_FRAME)  # a whole body: with its size, in one frame
        return coded
