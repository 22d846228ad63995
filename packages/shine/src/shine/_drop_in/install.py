"""The switch: from here on, ``starlette`` is shine."""

from __future__ import annotations

import sys
from threading import Lock

from .alias_finder import REAL, AliasFinder, is_alias

_lock = Lock()


def install_as_starlette() -> None:
    """Let every import of ``starlette`` and its modules find shine, for libraries that are built on Starlette.

    Call it before anything imports Starlette: first in the module that a server loads, or in ``conftest.py``; see
    `shine.run_as_starlette` for programs and servers that shall stay as they are. A second call does nothing. Starlette
    itself may be installed, as its libraries require it, and is never loaded.

    From then on shine behaves as Starlette does where programs depend on it: limits and checks that Starlette does not
    have are off, and mounted applications' lifespans do not run unless a mount asks for it. What exactly is switched is
    listed in ``docs/drop_in.md``; each is a class attribute, which may be set again afterwards.

    Raises `RuntimeError` if Starlette has been imported already, and names its modules: classes of both would be mixed.

    >>> from shine import install_as_starlette
    >>> install_as_starlette()  # doctest: +SKIP
    >>> from fastapi import FastAPI  # doctest: +SKIP
    """
    with _lock:
        if any(isinstance(finder, AliasFinder) for finder in sys.meta_path):
            return
        present = [(name, sys.modules[name]) for name in sorted(sys.modules) if name.partition(".")[0] == REAL]
        loaded = [name for name, module in present if not is_alias(name, module)]
        if loaded:
            raise RuntimeError(
                "Starlette has been imported already: call shine.install_as_starlette() before anything that imports "
                f"it, as FastAPI does. Loaded are {', '.join(loaded[:5])}{' and others' if len(loaded) > 5 else ''}."
            )
        from .starlette_mode import LATER, switch_all, switch_module  # which loads what it switches
        from .switching_loader import SwitchingFinder

        if not present:  # else somebody has put back `sys.meta_path` alone, as test runners do
            switch_all()
        sys.meta_path[:0] = [AliasFinder(), SwitchingFinder(LATER, switch_module)]
