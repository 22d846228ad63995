"""Writes a file as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


class ChangedMeanwhileError(OSError):
    """The file is not what it was when it was read."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put ``after`` in the place of ``before``: who reads the file sees one or the other.

    Its mode stays, and so does its owner where that can be set. Of a link the file that it leads to is replaced; other
    hard links keep the old content.

    Raises `ChangedMeanwhileError` if the file is not ``before`` any more, and `OSError` if it may not be written.
    """
    real = path.resolve()
    if not os.access(real, os.W_OK):
        raise PermissionError(f"{path} may not be written")
    descriptor, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(descriptor)
        shutil.copymode(real, name)
        _keep_owner(real, name)
        if real.read_bytes() != before:
            raise ChangedMeanwhileError(f"{path} was changed meanwhile")
        os.replace(name, real)  # noqa: PTH105 - it is no path yet
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise


def _keep_owner(real: Path, name: str) -> None:
    if hasattr(os, "chown"):  # pragma: no branch - Windows has no owners of this kind
        was, now = real.stat(), os.stat(name)  # noqa: PTH116
        if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
            os.chown(name, was.st_uid, was.st_gid)
