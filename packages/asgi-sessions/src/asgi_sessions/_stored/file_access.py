"""Who may use the file of the sessions besides this process."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_FILES: Final = ("", "-wal", "-shm")


def check_access(path: str) -> str | None:
    """What is wrong with the file at ``path``, and those that SQLite has beside it; None if they are ours alone.

    Raises `PermissionError` where others of its group, or all, may write: who writes a session is signed in as anybody.
    """
    if os.name != "posix":  # where modes say nothing  # pragma: no cover
        return None
    problem: str | None = None
    for name in _FILES:
        with suppress(FileNotFoundError):
            problem = _check(path + name) or problem
    return problem


def _check(path: str) -> str | None:
    found = Path(path).stat()
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o022:
        raise PermissionError(f"others may write to {path} (mode {mode:04o}) and so sign in as anybody: chmod 600 it")
    if found.st_uid not in (0, os.geteuid()):
        return f"{path} belongs to another user (uid {found.st_uid}), who may sign in as anybody"
    if mode & 0o044:
        return f"others may read {path} (mode {mode:04o}): chmod 600 it"
    return None
