"""Writes the files of a new project."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ..._version import __version__

_PLACEHOLDER: Final = re.compile("PROJECT_NAME|PACKAGE_NAME|SHINE_RANGE")
_ENDING: Final = ".in"  # so that no tool takes what is in the template for a module or a configuration of ours


def write_project(folder: Path, package: str) -> list[Path]:
    """Make ``folder`` with the files of a project, and give those.

    Raises `FileExistsError` if there is such a folder already, or a file. If something else fails, nothing stays.
    """
    folder.mkdir()
    words = {"PROJECT_NAME": folder.name, "PACKAGE_NAME": package, "SHINE_RANGE": version_range(__version__)}
    try:
        return [_write(folder / _place(parts, package), file, words) for parts, file in template_files()]
    except BaseException:
        shutil.rmtree(folder)
        raise


def template_files() -> Iterator[tuple[tuple[str, ...], Traversable]]:
    """The files of the template, with the folders they are in and their own name."""
    return _below(files("shine._cli.project") / "template", ())


def version_range(version: str) -> str:
    """From a version on, up to the next that may break something.

    >>> version_range("0.1.0"), version_range("1.2.3")
    ('>=0.1.0,<0.2', '>=1.2.3,<2')
    """
    major, minor, *_ = map(int, re.findall(r"\d+", version))
    return f">={version},<{major + 1}" if major else f">={version},<0.{minor + 1}"


def _below(folder: Traversable, parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(entry, (*parts, entry.name))
        else:
            yield (*parts, entry.name), entry


def _place(parts: tuple[str, ...], package: str) -> Path:
    names = [package if part == "package" else part for part in parts]
    last = names.pop().removesuffix(_ENDING)
    return Path(*names, ".gitignore" if last == "gitignore" else last)


def _write(path: Path, file: Traversable, words: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _PLACEHOLDER.sub(lambda found: words[found[0]], file.read_text("utf-8"))
    path.write_text(text, "utf-8", newline="\n")
    return path
