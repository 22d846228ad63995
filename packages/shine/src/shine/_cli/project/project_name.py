"""The name of a new project, and that of its package."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.util import find_spec
from typing import Final

_DISTRIBUTION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")  # as pyproject.toml has them
_OF_THE_PROJECT: Final = {"tests", "test", "app"}
_NEEDED: Final = {
    *("uvicorn", "click", "h11", "websockets"),
    *("pytest", "iniconfig", "packaging", "pluggy", "pygments", "httpx", "httpcore", "certifi", "idna"),
    *("mypy", "hatchling", "starlette", "fastapi"),
}
"""Modules that serve a project, test it, check it and build it, or that libraries import; they may come later."""


def package_name(name: str) -> str:
    """The package of a project: lower case, with ``_`` for what separates words.

    Raises `ValueError` for a name that no distribution or no package can have, and for one that would hide another
    module from the project.
    """
    if not _DISTRIBUTION.fullmatch(name):
        raise ValueError("a name has letters of a to z, digits, and -, _ or . between them")
    package = re.sub(r"[-_.]+", "_", name).lower()
    if not package.isidentifier() or keyword.iskeyword(package):
        raise ValueError(f"no package of Python can be called {package!r}")
    if package in _OF_THE_PROJECT:
        raise ValueError(f"{package!r} is the name of something else in the project")
    if package in _NEEDED:
        raise ValueError(f"its package would hide the module {package!r}, which a project may need")
    if package in sys.stdlib_module_names or find_spec(package):
        raise ValueError(f"its package would hide the module {package!r}, which is installed")
    return package
