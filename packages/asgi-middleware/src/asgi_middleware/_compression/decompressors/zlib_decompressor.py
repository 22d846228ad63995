"""The codings ``gzip`` and ``deflate`` (RFC 9110 sections 8.4.1.2 and 8.4.1.3), by zlib."""

from __future__ import annotations

import zlib

from .decompressor import MalformedBodyError

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS


class ZlibDecompressor:
    """A `Decompressor` of ``deflate``, which is the zlib format, or of ``gzip``, which may have several members."""

    __slots__ = ("_coder", "_has_begun", "_is_gzip", "_rest", "members", "needs_input")

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._coder = self._new_coder()
        self._has_begun = False
        self.members = 1
        self._rest = b""
        self.needs_input = True

    @property
    def is_complete(self) -> bool:
        return not self._has_begun or (self._coder.eof and not self._rest)

    def decompress(self, data: bytes, limit: int) -> bytes:
        data = self._rest + data if self._rest else data
        if self._coder.eof and data:
            if not self._is_gzip:
                raise MalformedBodyError
            self._coder = self._new_coder()
            self.members += 1
        self._has_begun = self._has_begun or bool(data)
        try:
            expanded = self._coder.decompress(data, limit)
        except zlib.error as exc:
            raise MalformedBodyError from exc
        self._rest = self._coder.unused_data if self._coder.eof else self._coder.unconsumed_tail
        self.needs_input = not self._rest and len(expanded) < limit
        return expanded

    def _new_coder(self) -> zlib._Decompress:
        return zlib.decompressobj(_GZIP if self._is_gzip else _ZLIB)
