"""Modules that are switched to do as Starlette does as soon as they have been loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class SwitchingFinder(MetaPathFinder):
    """Finds the modules of these names as the others of ``sys.meta_path`` do, and calls ``switch`` after the load."""

    def __init__(self, names: Collection[str], switch: Callable[[str], None]) -> None:
        self._names = frozenset(names)
        self._switch = switch

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)  # old finders have none
            spec: ModuleSpec | None = None if find is None else find(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = SwitchingLoader(spec.loader, self._switch)
                return spec
        return None


class SwitchingLoader(Loader):
    """Stands before the loader of one module until that has loaded it, and leaves no trace in it."""

    def __init__(self, loader: Loader, switch: Callable[[str], None]) -> None:
        self._loader = loader
        self._switch = switch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._switch(module.__name__)
