"""The finder that answers every import of Starlette with the module of Shine that has the same name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

REAL = "starlette"
OURS = "shine"

STARLETTE_VERSION = "1.10.0"
"""The release whose public names and behaviour Shine has; libraries compare ``starlette.__version__``."""


class AliasFinder:
    """A finder and loader of ``sys.meta_path`` for the package ``starlette`` and all that is in it.

    A module there *is* Shine's module, so its classes are the same whichever name they are imported by. What Shine does
    not have is a `ModuleNotFoundError`: no other finder is asked, so Starlette is never loaded beside it.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, _ = fullname.partition(".")
        if package != REAL:
            return None
        if fullname == REAL:
            return ModuleSpec(fullname, self, origin=OURS, is_package=True)
        ours = OURS + fullname.removeprefix(REAL)
        if find_spec(ours) is None:
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: shine is installed as starlette here, and has no {ours!r}.",
                name=fullname,
            )
        return ModuleSpec(fullname, self, origin=ours, is_package=fullname == f"{REAL}.middleware")

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        if spec.name == REAL:
            return None
        module = importlib.import_module(OURS + spec.name.removeprefix(REAL))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        if spec.name == REAL:
            module.__dict__["__version__"] = STARLETTE_VERSION
            module.__file__ = sys.modules[OURS].__file__
        else:
            module.__spec__ = spec.loader_state  # the import put the alias's there, and the module is Shine's
