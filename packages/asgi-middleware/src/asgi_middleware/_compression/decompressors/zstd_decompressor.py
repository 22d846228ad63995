"""The coding ``zstd`` (RFC 8878)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .decompressor import MalformedBodyError

_WINDOW_LOG = 23  # 8 MiB, more than which nobody may ask for (RFC 9659)


class ZstdDecompressor:
    """A `Decompressor` by the given library; there may be several frames, as the format has it."""

    __slots__ = ("_coder", "_error", "_has_begun", "_library", "_rest", "members")

    def __init__(self, library: ModuleType) -> None:
        self._library = library
        self._error: type[Exception] = library.ZstdError
        self._coder: Any = self._new_coder()
        self._has_begun = False
        self.members = 1
        self._rest = b""

    @property
    def needs_input(self) -> bool:
        return not self._rest and bool(self._coder.eof or self._coder.needs_input)

    @property
    def is_complete(self) -> bool:
        return not self._has_begun or (self._coder.eof and not self._rest)

    def decompress(self, data: bytes, limit: int) -> bytes:
        data = self._rest + data if self._rest else data
        if self._coder.eof:
            self._coder = self._new_coder()
            self.members += 1
        self._has_begun = self._has_begun or bool(data)
        try:
            expanded: bytes = self._coder.decompress(data, limit)
        except self._error as exc:
            raise MalformedBodyError from exc
        self._rest = self._coder.unused_data
        return expanded

    def _new_coder(self) -> Any:
        options = {self._library.DecompressionParameter.window_log_max: _WINDOW_LOG}
        return self._library.ZstdDecompressor(options=options)
