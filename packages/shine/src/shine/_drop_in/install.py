"""The switch: from here on, ``starlette`` is Shine."""

from __future__ import annotations

import sys

from .alias_finder import REAL, AliasFinder


def install_as_starlette() -> None:
    """Let every import of ``starlette`` and its modules find Shine, for libraries that are built on Starlette.

    Call it before anything imports Starlette: first in the module that a server loads, or in ``conftest.py``. A
    second call does nothing. Starlette itself may be installed, as its libraries require it, and is never loaded.

    Raises `RuntimeError` if Starlette has been imported already, and names its modules: classes of both would be mixed.

    >>> from shine import install_as_starlette
    >>> install_as_starlette()  # doctest: +SKIP
    >>> from fastapi import FastAPI  # doctest: +SKIP
    """
    if any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
        return
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] == REAL)
    if loaded:
        raise RuntimeError(
            "Starlette has been imported already: call shine.install_as_starlette() before anything that imports it. "
            f"Loaded are {', '.join(loaded[:5])}{' and others' if len(loaded) > 5 else ''}."
        )
    sys.meta_path.insert(0, AliasFinder())
