"""The coding ``br`` (RFC 7932)."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from .decompressor import MalformedBodyError


class BrotliDecompressor:
    """A `Decompressor` by the given library, which gives up to twice the limit of a step."""

    __slots__ = ("_coder", "_error", "_has_begun", "needs_input")

    members = 1  # the format has no more

    def __init__(self, library: ModuleType) -> None:
        self._coder: Any = library.Decompressor()
        self._error: type[Exception] = library.error
        self._has_begun = False
        self.needs_input = True

    @property
    def is_complete(self) -> bool:
        is_finished: bool = self._coder.is_finished()
        return is_finished or not self._has_begun

    def decompress(self, data: bytes, limit: int) -> bytes:
        self._has_begun = self._has_begun or bool(data)
        try:
            expanded: bytes = self._coder.process(data, output_buffer_limit=limit)
        except self._error as exc:
            raise MalformedBodyError from exc
        # The library knows whether it has input left, and not whether it has output left.
        self.needs_input = len(expanded) < limit and self._coder.can_accept_more_data()
        return expanded
