"""What the responses of one middleware have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from .accept_encoding import choose_coding
from .codings import Codings
from .excluded_types import ExcludedTypes

_LONGEST_KEPT = 256


class CompressionOptions:
    """Checked once, and read by every response.

    Raises `ValueError` for a negative size.
    """

    def __init__(
        self,
        codings: Codings,
        minimum_size: int,
        thread_minimum_size: int,
        exclude_content_types: Sequence[str],
        *,
        flush: bool,
    ) -> None:
        for name, size in (("minimum_size", minimum_size), ("thread_minimum_size", thread_minimum_size)):
            if size < 0:
                raise ValueError(f"{name} is {size!r}: give a number of bytes.")
        self.codings = codings
        self.minimum_size = minimum_size
        self.thread_minimum_size = thread_minimum_size
        self.excluded = ExcludedTypes(exclude_content_types)
        self.flush = flush
        self._known = lru_cache(maxsize=256)(self._choose)  # browsers send one of a few

    def coding(self, accept_encoding: str) -> str | None:
        """The coding for a client that sends this ``Accept-Encoding``."""
        if len(accept_encoding) <= _LONGEST_KEPT:
            return self._known(accept_encoding)
        return self._choose(accept_encoding)

    def _choose(self, accept_encoding: str) -> str | None:
        return choose_coding(accept_encoding, self.codings)
