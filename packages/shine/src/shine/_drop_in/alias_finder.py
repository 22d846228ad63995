"""The finder that answers every import of Starlette with the module of shine that has the same name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import Any

REAL = "starlette"
OURS = "shine"

STARLETTE_VERSION = "1.10.0"
"""The release whose public names and behaviour shine has; libraries compare ``starlette.__version__``."""


class AliasFinder(MetaPathFinder, InspectLoader):
    """A finder and loader of ``sys.meta_path`` for the package ``starlette`` and all that is in it.

    A module there *is* shine's module, so its classes are the same whichever name they are imported by. The package
    itself is a module of its own, with Starlette's version, in the folder of shine: so whoever else is asked for a
    module that shine does not have looks there, and Starlette is never loaded beside it.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != REAL:
            return None
        ours = find_spec(_our_name(fullname))
        if ours is None:
            return None
        spec = ModuleSpec(fullname, self, origin=ours.origin)
        spec.submodule_search_locations = ours.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        if spec.name == REAL:
            return None
        module = importlib.import_module(_our_name(spec.name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        if spec.name == REAL:
            module.__dict__.update(__version__=STARLETTE_VERSION, __getattr__=_submodule)
            module.__file__ = sys.modules[OURS].__file__
        else:
            module.__spec__ = spec.loader_state  # the import put the alias's there, and the module is shine's

    # What `runpy`, `inspect`, `pkgutil` and `importlib.resources` ask a loader for.

    def get_code(self, fullname: str) -> CodeType | None:
        code: CodeType | None = _our_loader(fullname).get_code(_our_name(fullname))
        return code

    def get_source(self, fullname: str) -> str | None:
        source: str | None = _our_loader(fullname).get_source(_our_name(fullname))
        return source

    def is_package(self, fullname: str) -> bool:
        return bool(_our_loader(fullname).is_package(_our_name(fullname)))

    def get_resource_reader(self, fullname: str) -> Any:
        return _our_loader(fullname).get_resource_reader(_our_name(fullname))


def is_alias(name: str, module: ModuleType | None) -> bool:
    """Whether what `sys.modules` has by this name of Starlette's was put there by an `AliasFinder`."""
    if name == REAL:
        return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), AliasFinder)
    return module is not None and module is sys.modules.get(_our_name(name))


def _submodule(name: str) -> ModuleType:
    """What ``starlette.requests`` is where another module was imported: Starlette's import each other, ours do not."""
    fullname = f"{REAL}.{name}"
    if name.startswith("__") or find_spec(_our_name(fullname)) is None:
        raise AttributeError(f"module {REAL!r} has no attribute {name!r}")
    return importlib.import_module(fullname)


def _our_name(fullname: str) -> str:
    return OURS + fullname.removeprefix(REAL)


def _our_loader(fullname: str) -> Any:
    spec = find_spec(_our_name(fullname))
    if spec is None:
        raise ImportError(
            f"shine, which is installed as starlette here, has no {_our_name(fullname)!r}.", name=fullname
        )
    return spec.loader
