"""The body of the answer to HEAD (RFC 9110 section 9.3.2)."""

from __future__ import annotations

from .compressor import Bytes


class NoBody:
    """A `Compressor` that makes nothing of anything, whatever the application sends."""

    def compress(self, data: Bytes) -> bytes:  # noqa: ARG002
        return b""

    flush = finish = compress
