"""The libraries behind ``br`` and ``zstd``, loaded by whoever asks for these codings and by nobody else."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

BROTLI = "brotli" if sys.implementation.name == "cpython" else "brotlicffi"
ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


def brotli_library(owner: str) -> ModuleType:
    """The library of ``br``. Raises `ImportError` with both ways out, in the name of the ``owner`` that wants it."""
    return _library(BROTLI, "br", "brotli", owner)


def zstd_library(owner: str) -> ModuleType:
    """The library of ``zstd``. Raises `ImportError` with both ways out, in the name of the ``owner``."""
    return _library(ZSTD, "zstd", "zstd", owner)


def _library(module: str, coding: str, extra: str, owner: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as exc:
        raise ImportError(
            f"{owner} needs {module} for the coding {coding!r}: pip install asgi-middleware[{extra}], or name the "
            f"codings you want without it, such as encodings=('gzip',)."
        ) from exc
