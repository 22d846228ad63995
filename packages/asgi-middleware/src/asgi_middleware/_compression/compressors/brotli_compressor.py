"""The coding ``br`` (RFC 7932)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .compressor import Bytes

# 512 KiB, where the library's own default is 4 MiB: every stream that is being sent has a window.
_WINDOW_LOG = 19


class BrotliCompressor:
    """A `Compressor` by the given library, ``brotli`` or ``brotlicffi``, which have the same names."""

    __slots__ = ("_coder",)

    def __init__(self, library: ModuleType, quality: int) -> None:
        self._coder: Any = library.Compressor(quality=quality, lgwin=_WINDOW_LOG)

    def compress(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.process(data)
        return coded

    def flush(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.process(data) + self._coder.flush()
        return coded

    def finish(self, data: Bytes) -> bytes:
        coded: bytes = self._coder.process(data) + self._coder.finish()
        return coded
