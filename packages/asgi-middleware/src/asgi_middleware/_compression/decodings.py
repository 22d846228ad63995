"""The content codings that requests may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from .coding_names import coding_names
from .decompressors.decompressor import Decompressor
from .decompressors.zlib_decompressor import ZlibDecompressor
from .libraries import BROTLI, brotli_library, zstd_library

Decodings = dict[str, Callable[[], Decompressor]]
"""What makes the decompressor of one request, by the coding's name."""

_OWNER = "DecompressionMiddleware"


def make_decodings(encodings: Iterable[str]) -> Decodings:
    """The codings of these names.

    Raises `ValueError` for another name, one that comes twice, or none at all, and `ImportError` where the library of a
    coding is missing, or too old to give less than all at once.
    """
    makers: dict[str, Callable[[], Callable[[], Decompressor]]] = {
        "gzip": lambda: partial(ZlibDecompressor, is_gzip=True),
        "deflate": lambda: partial(ZlibDecompressor, is_gzip=False),
        "br": _brotli,
        "zstd": _zstd,
    }
    return {name: makers[name]() for name in coding_names(encodings, makers)}


def _brotli() -> Callable[[], Decompressor]:
    from .decompressors.brotli_decompressor import BrotliDecompressor

    library = brotli_library(_OWNER)
    if not hasattr(library.Decompressor, "can_accept_more_data"):
        raise ImportError(f"{_OWNER} needs {BROTLI} 1.2 or newer: older ones cannot be kept from filling the memory.")
    return partial(BrotliDecompressor, library)


def _zstd() -> Callable[[], Decompressor]:
    from .decompressors.zstd_decompressor import ZstdDecompressor

    return partial(ZstdDecompressor, zstd_library(_OWNER))
