"""``shine new``: the beginning of a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from .project.project_name import package_name
from .project.write_project import write_project
from .terminal import CommandError, Terminal, UsageError


def execute(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make the folder, and tell what comes next."""
    folder = Path(options.name)
    try:
        package = package_name(options.name)
    except ValueError as error:
        raise UsageError(f"{options.name!r} cannot be the name of a project: {error}") from None
    try:
        written = write_project(folder, package)
    except FileExistsError:
        raise CommandError(f"there is a {options.name!r} here already, and nothing is written over it") from None
    except OSError as error:
        raise CommandError(f"{options.name!r} could not be made: {error.strerror}") from None
    terminal.write(f"Made {folder} with {len(written)} files. What comes next:\n")
    terminal.write(f"    cd {folder}\n    shine run {package}.app:app --reload\n")
    terminal.write("Its tests need pytest and httpx:\n")
    terminal.write("    pip install pytest httpx\n    pytest")
    return 0
