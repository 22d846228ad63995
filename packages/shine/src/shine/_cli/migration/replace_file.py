"""Writes a file as a whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class ChangedMeanwhileError(OSError):
    """The file is not what it was when it was read."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put ``after`` in the place of ``before``: who reads the file sees one or the other.

    Its mode stays, and so does its owner where that can be set; where it cannot, the bits that run a file as its owner
    go. Of a link the file that it leads to is replaced; other hard links keep the old content.

    Raises `ChangedMeanwhileError` if the file is not ``before`` any more, and `OSError` if it may not be written.
    """
    real = path.resolve()
    if not os.access(real, os.W_OK):
        raise PermissionError("it may not be written")
    descriptor, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(descriptor)
        _keep_owner_and_mode(real, name)
        if real.read_bytes() != before:
            raise ChangedMeanwhileError("it was changed meanwhile")
        os.replace(name, real)  # noqa: PTH105 - it is no path yet
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise


def _keep_owner_and_mode(real: Path, name: str) -> None:
    """The owner first, since a file that gets another one loses bits of its mode."""
    was, now = real.stat(), os.stat(name)  # noqa: PTH116
    mode = stat.S_IMODE(was.st_mode)
    if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):  # never on Windows, which has no owners of this kind
        try:
            os.chown(name, was.st_uid, was.st_gid)
        except PermissionError:  # a file that all may write to, and only its owner may give away
            mode &= 0o777
    os.chmod(name, mode)  # noqa: PTH101
