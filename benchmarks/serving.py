"""An application behind a real uvicorn, for what is measured from outside its process."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(folder: Path, source: str, *options: str) -> Iterator[tuple[int, int]]:
    """Port and process number of a uvicorn with the ``app`` of this module, which is written into ``folder``."""
    (folder / "served.py").write_text(source)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "served:app", f"--port={port}", "--log-level=warning", *options]
    process = subprocess.Popen(command, cwd=folder)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
