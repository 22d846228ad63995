"""Starlette's tests and pages, in a cache outside this tree: they are run, and never copied here."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.10.0"


def unpacked() -> Path:
    """The folder of the source distribution, which pip downloads the first time, without the package itself."""
    folder = cache() / f"starlette-{VERSION}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            _download(Path(temporary))
            Path(temporary, folder.name).replace(folder)  # whole or not at all
    return folder


def cache() -> Path:
    """Where downloads are kept: ``SHINE_CACHE``, or a folder of this project in the user's cache."""
    own = os.environ.get("SHINE_CACHE")
    return Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "shine")


def _download(folder: Path) -> None:
    wanted = f"starlette=={VERSION}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "--dest", str(folder)]
    # The build backend is asked for the name of the distribution, and comes from the index as well.
    subprocess.run([*pip, wanted], check=True)
    with tarfile.open(folder / f"starlette-{VERSION}.tar.gz") as archive:
        package = f"starlette-{VERSION}/starlette/"  # which must not be found by a test in the place of ours
        members = [member for member in archive.getmembers() if not member.name.startswith(package)]
        archive.extractall(folder, members, filter="data")
