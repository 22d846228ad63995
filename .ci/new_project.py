"""Proves that `shine new` makes a project that runs, from what is installed here, in an empty folder.

    python .ci/new_project.py

The project's tests pass, mypy finds nothing in it, all its routes are reached, a server serves its page and ends when
it is asked to, and its wheel has all its files.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

# Nothing of this tree is in the way of what is installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": ""}
PORTS = Path(__file__).parents[1] / "packages" / "testing"
PROGRAM = shutil.which("shine", path=str(Path(sys.executable).parent))


def main() -> None:
    assert PROGRAM, "The program shine is not installed beside this Python"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(folder, PROGRAM, "new", "my-board")
        project = folder / "my-board"
        run(project, sys.executable, "-m", "pytest", "-q")
        run(project, sys.executable, "-m", "mypy")
        run(project, PROGRAM, "routes", "my_board.app:app", "--check")
        run(project, PROGRAM, "routes", "my_board.app:app", "--path", "/notes/1")
        serve(project)
        run(project, sys.executable, "-m", "hatchling", "build", "-t", "wheel")
        [wheel] = (project / "dist").glob("*.whl")
        built = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("my_board/")}
        files = {path.relative_to(project).as_posix() for path in (project / "my_board").rglob("*.*") if path.is_file()}
        assert built == {name for name in files if not name.endswith(".pyc")}, built
    print("The new project runs.")


def run(folder: Path, *command: str) -> None:
    print("$", *command, flush=True)
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True)


def serve(project: Path) -> None:
    sys.path.append(str(PORTS))
    from free_port import free_port

    port = free_port()
    command = [str(PROGRAM), "run", "my_board.app:app", f"--port={port}"]
    print("$", *command, flush=True)
    server = subprocess.Popen(command, cwd=project, env=ENVIRONMENT)
    try:
        page = answer(server, f"http://127.0.0.1:{port}/")
        assert "<li>Welcome to the board.</li>" in page, page
    finally:
        server.send_signal(signal.SIGINT)
        code = server.wait(30)
    assert code in (0, -signal.SIGINT), f"The server ended with {code}"


def answer(server: subprocess.Popen[bytes], url: str) -> str:
    """The page, as soon as the server answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "The server ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=5) as page:
                return str(page.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The server did not answer")


if __name__ == "__main__":
    main()
