"""The coding ``gzip`` (RFC 9110 section 8.4.1.3), by zlib."""

from __future__ import annotations

import zlib

from .compressor import Bytes

_GZIP = 16 + zlib.MAX_WBITS


class GzipCompressor:
    """A `Compressor` whose output depends on its input alone: the gzip header has no time."""

    __slots__ = ("_coder", "_level")

    def __init__(self, level: int) -> None:
        self._level = level
        self._coder: zlib._Compress | None = None

    def compress(self, data: Bytes) -> bytes:
        if self._coder is None:
            self._coder = zlib.compressobj(self._level, zlib.DEFLATED, _GZIP)
        return self._coder.compress(data)

    def flush(self, data: Bytes) -> bytes:
        coded = self.compress(data)
        assert self._coder is not None
        return coded + self._coder.flush(zlib.Z_SYNC_FLUSH)

    def finish(self, data: Bytes) -> bytes:
        if self._coder is None:
            return zlib.compress(data, self._level, _GZIP)  # in one go, which is a little faster
        return self._coder.compress(data) + self._coder.flush()
