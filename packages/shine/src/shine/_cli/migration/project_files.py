"""The files of a project that are looked at, and what to know of those that are not rewritten."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from .finding import Finding
from .source_text import lines_of

_PYTHON: Final = {".py", ".pyi", ".pyw"}
_REQUIREMENTS: Final = re.compile(
    r"(?:.*requirements.*|constraints.*)\.(?:txt|in)|pyproject\.toml|setup\.cfg|Pipfile|tox\.ini|environment\.ya?ml"
)
# "starlette" as a whole name, and not a part of sse-starlette or starlette-admin.
_DEPENDENCY: Final = re.compile(r"(?<![\w.-])starlette(?![\w-])", re.IGNORECASE)
_SKIPPED: Final = {"node_modules", "site-packages", "__pycache__", "__pypackages__"}


def is_python(path: Path) -> bool:
    """Whether a file is one to rewrite, by its name."""
    return path.suffix in _PYTHON


def is_script(data: bytes) -> bool:
    """Whether a file without a name that tells says in its first line that Python runs it."""
    return re.match(rb"#!.*python", data) is not None


def project_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to look at: those given, and those in the folders given, in order and each once.

    Left out are hidden folders, virtual environments, ``node_modules`` and the like, folders that are links, what is no
    regular file, as a pipe, and files that are links to one that is looked at anyway. A file that was given is looked
    at wherever it is.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in _below(path) if path.is_dir() else [path]:
            real = found.resolve()
            if real not in seen and (found == path or not found.is_symlink()):
                seen.add(real)
                yield found


def links(paths: Iterable[Path]) -> Iterator[Path]:
    """The Python files in the folders given that are links to a file which is not looked at."""
    given = [*paths]
    seen = {path.resolve() for path in project_files(given)}
    folders = {path.resolve() for path in given if path.is_dir()}
    found = {path for folder in folders for path in _below(folder) if is_python(path) and path.is_symlink()}
    yield from sorted(path for path in found if path.resolve() not in seen)


def dependencies(path: Path, text: str) -> Iterator[Finding]:
    """The lines of a file of requirements that ask for Starlette."""
    if _REQUIREMENTS.fullmatch(path.name):
        for number, line in enumerate(lines_of(text), 1):
            if _DEPENDENCY.search(line.partition("#")[0]):
                yield Finding(number, f"asks for Starlette, and is left as it is: {line.strip()}")


def is_notebook_of_starlette(path: Path, text: str) -> bool:
    """Whether a file is a notebook that names Starlette's modules; notebooks are left as they are."""
    return path.suffix == ".ipynb" and re.search(r"(?:from|import)\s+starlette", text) is not None


def is_of_interest(path: Path) -> bool:
    """Whether a file is one that may have to be changed or looked at, by its name."""
    return is_python(path) or path.suffix == ".ipynb" or _REQUIREMENTS.fullmatch(path.name) is not None


def _below(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(where, name)))
        for path in (Path(where, name) for name in sorted(files)):
            if is_of_interest(path) and path.is_file():  # to read a pipe is to wait for who writes to it
                yield path


def _is_skipped(folder: Path) -> bool:
    return folder.name in _SKIPPED or folder.name.startswith(".") or (folder / "pyvenv.cfg").exists()
