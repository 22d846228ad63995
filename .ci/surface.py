"""The public surface of each package: what `__all__` says, what is there, and what api.txt promised.

    python .ci/surface.py            compare
    python .ci/surface.py --write    renew api.txt, after a change that is meant

A name that comes or goes, or a signature that changes, shows as a difference in a reviewed file.
"""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import is_typeddict

PACKAGES = Path(__file__).parent.parent / "packages"


def public_modules(source: Path) -> list[str]:
    """The root of a package, and every module below it whose name has no underscore."""
    found = {source.name}
    for path in source.rglob("*.py"):
        parts = [source.name, *path.relative_to(source).with_suffix("").parts]
        if not any(part.startswith("_") and part != "__init__" for part in parts):
            found.add(".".join(part for part in parts if part != "__init__"))
    return sorted(found)


def real_names(module: ModuleType) -> set[str]:
    """The public names of a module that its package made; not submodules, nor what it only imports to use."""
    package = module.__name__.partition(".")[0]
    values = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return {
        name
        for name, value in values.items()
        if not inspect.ismodule(value) and getattr(value, "__module__", package).partition(".")[0] == package
    }


def described(owner: str, name: str, value: object) -> Iterator[str]:
    """A line for a name, and for a class one for each of its own public members; the rest are those of its bases."""
    if is_typeddict(value):
        keys = ", ".join(value.__annotations__)
        yield f"class {owner}.{name}: {keys}"
    elif inspect.isclass(value) and issubclass(value, Enum):
        yield f"class {owner}.{name}: {', '.join(value.__members__)}"
    elif inspect.isclass(value):
        ours = [f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in value.__bases__ if is_ours(base)]
        yield f"class {owner}.{name}{signature(value)}" + (f" of {', '.join(ours)}" if ours else "")
        for member, attribute in sorted(vars(value).items()):
            if member.startswith("_"):
                continue
            if isinstance(attribute, staticmethod | classmethod):
                attribute = attribute.__func__
            yield f"  {name}.{member}{signature(attribute) if callable(attribute) else ''}"
    elif inspect.isfunction(value):
        yield f"def {owner}.{name}{signature(value)}"
    else:
        yield f"{owner}.{name}"


def is_ours(base: type) -> bool:
    return (PACKAGES / base.__module__.partition(".")[0].replace("_", "-")).is_dir()


def signature(value: object) -> str:
    """Parameters and defaults; annotations are the type checkers' business."""
    try:
        found = inspect.signature(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    parameters = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    shown = str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    return re.sub(r" at 0x[0-9a-f]+", "", shown)


def surface(source: Path) -> tuple[list[str], list[str]]:
    """The lines of api.txt, and where `__all__` and reality differ."""
    lines: list[str] = []
    problems: list[str] = []
    for module_name in public_modules(source):
        module = import_module(module_name)
        declared = set(module.__all__)
        missing = {name for name in declared if not hasattr(module, name)}
        extra = real_names(module) - declared - {"TYPE_CHECKING"}
        problems += [f"{module_name}.__all__ names {name}, which is not there" for name in sorted(missing)]
        problems += [f"{module_name}.{name} is there, but not in __all__" for name in sorted(extra)]
        for name in sorted(declared - missing):
            lines += described(module_name, name, getattr(module, name))
    return lines, problems


def main() -> int:
    problems: list[str] = []
    for package in sorted(PACKAGES.glob("*/src/*/")):
        promised = package.parent.parent / "api.txt"
        lines, found = surface(package)
        problems += found
        text = "\n".join(lines) + "\n"
        if "--write" in sys.argv:
            promised.write_text(text, "utf-8")
        elif not promised.exists() or promised.read_text("utf-8") != text:
            before = promised.read_text("utf-8").splitlines() if promised.exists() else []
            problems += difflib.unified_diff(before, lines, f"{package.name}: api.txt", "the code", lineterm="")
    print("\n".join(problems) or "The surface is as promised.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
