"""From a URL's path to a file below a directory, and never to one outside.

A path is first read as text, by the rules of every system that could take it for more than names of directories: then
it is looked up, and links are followed inside the directory only, unless it is said otherwise.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from typing import Final

IS_WINDOWS: Final = os.name == "nt"

# The names of Windows' devices, in any directory and with any suffix; it also takes superscript digits for digits.
_DEVICE = r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\xb9\xb2\xb3])[ ]*(?:\..*)?"
_NOT_IN_NAMES = frozenset('<>:"|?*').union(map(chr, range(32)))

# Names that no file can have, or that do not lead to one.
_MISSES = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL}
)


def relative_path(path: str, *, windows: bool = IS_WINDOWS) -> str | None:
    r"""``path`` as names joined by ``/``, or None if it could mean anything but a file below where it is looked up.

    On every system that is an absolute path, an empty or a ``..`` segment, a backslash and NUL; ``.`` segments and one
    slash at the end are dropped. With ``windows`` it is also what Windows takes for a drive, an alternate stream or a
    device, and a name that it would change: one with a final dot or space.

    >>> relative_path("./css/app.css"), relative_path("css/"), relative_path(".")
    ('css/app.css', 'css', '')
    >>> relative_path("../secret"), relative_path("/etc/passwd"), relative_path("css\\app.css")
    (None, None, None)
    >>> relative_path("nul.txt", windows=True), relative_path("C:/app.css", windows=True)
    (None, None)
    """
    if "\\" in path or "\0" in path:
        return None
    names = path.split("/")
    if not names[-1]:
        names.pop()
    if "." in names:
        names = [name for name in names if name != "."]
    for name in names:
        if name in ("", "..") or (windows and _is_special_on_windows(name)):
            return None
    return "/".join(names)


def _is_special_on_windows(name: str) -> bool:
    return (
        name[-1] in ". " or not _NOT_IN_NAMES.isdisjoint(name) or re.fullmatch(_DEVICE, name, re.IGNORECASE) is not None
    )


def is_miss(error: OSError | ValueError) -> bool:
    """Whether this error of the file system says that there is no such file, or none that may be read.

    A forbidden file is a miss like any other, so that nobody learns what there is.

    >>> is_miss(FileNotFoundError(errno.ENOENT, "")), is_miss(OSError(errno.EIO, ""))
    (True, False)
    """
    # ValueError: a NUL, or a character that the file system's encoding does not have.
    return not isinstance(error, OSError) or error.errno in _MISSES


def find_file(root: str, names: str, *, follow_symlink: bool) -> tuple[str, os.stat_result] | None:
    """Path and status of what is at ``names`` (see `relative_path`) below the absolute path ``root``, or None.

    Without ``follow_symlink`` a link is followed where it leads to something below ``root``.
    """
    full_path = os.path.normpath(f"{root}/{names}")  # which writes separators as the system does
    try:
        if follow_symlink:
            return full_path, os.stat(full_path)  # noqa: PTH116 - what the caller is given is a str
        if IS_WINDOWS or (status := _status_without_links(root, names)) is None:
            full_path = os.path.realpath(full_path)
            if not _is_below(full_path, os.path.realpath(root)):
                return None
            status = os.lstat(full_path)
            if stat.S_ISLNK(status.st_mode):  # which leads to itself, or was put there a moment ago
                return None
    except (OSError, ValueError) as error:
        if is_miss(error):
            return None
        raise
    return full_path, status


def _status_without_links(root: str, names: str) -> os.stat_result | None:
    """The status of the file, or None if there is a link on the way from ``root`` to it."""
    # Asking of each name whether it is a link takes two or three calls, where realpath() begins at "/".
    path = root
    status = None
    for name in names.split("/") if names else ():
        path = f"{path}/{name}"
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return None
    return status or os.stat(root)  # noqa: PTH116


def _is_below(path: str, root: str) -> bool:
    try:
        return os.path.commonpath([path, root]) == os.path.commonpath([root])
    except ValueError:  # two drives
        return False
