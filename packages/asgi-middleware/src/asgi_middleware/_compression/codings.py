"""The content codings that responses can have, each with its level, checked and loaded when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from .coding_names import coding_names
from .compressors.compressor import Compressor
from .compressors.gzip_compressor import GzipCompressor
from .libraries import brotli_library, zstd_library

Codings = dict[str, Callable[[], Compressor]]
"""What makes the compressor of one response, by the coding's name, those that the server likes best first."""


def make_codings(encodings: Iterable[str], *, gzip_level: int, brotli_quality: int, zstd_level: int) -> Codings:
    """The codings of these names.

    Raises `ValueError` for another name, one that comes twice, none at all, or a level out of range, and `ImportError`
    where the library of a coding is missing.
    """
    makers: dict[str, Callable[[], Callable[[], Compressor]]] = {
        "zstd": lambda: _zstd(zstd_level),
        "br": lambda: _brotli(brotli_quality),
        "gzip": lambda: gzip(gzip_level, "gzip_level"),
    }
    return {name: makers[name]() for name in coding_names(encodings, makers)}


def gzip(level: int, parameter: str) -> Callable[[], Compressor]:
    """What makes compressors of ``gzip``. Raises `ValueError` for a level that is not 0 to 9, or -1 for zlib's own."""
    check_range(parameter, level, -1, 9)
    return partial(GzipCompressor, level)


def check_range(parameter: str, value: int, low: int, high: int) -> None:
    """Raise `ValueError` for a value outside of its range."""
    if not low <= value <= high:
        raise ValueError(f"{parameter} is {value!r}: give {low} to {high}.")


def _brotli(quality: int) -> Callable[[], Compressor]:
    check_range("brotli_quality", quality, 0, 11)
    from .compressors.brotli_compressor import BrotliCompressor

    return partial(BrotliCompressor, brotli_library("CompressionMiddleware"), quality)


def _zstd(level: int) -> Callable[[], Compressor]:
    from .compressors.zstd_compressor import MAX_LEVEL, ZstdCompressor

    check_range("zstd_level", level, -7, MAX_LEVEL)
    return partial(ZstdCompressor, zstd_library("CompressionMiddleware"), level)
