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
def serving(folder: Path, source: str, *options: str, send_buffer: int | None = None) -> Iterator[tuple[int, int]]:
    """Port and process number of a uvicorn with the ``app`` of this module, which is written into ``folder``.

    ``send_buffer`` is what the system may hold of each connection, in bytes; by default as much as it likes.
    """
    (folder / "served.py").write_text(source)
    with socket.socket() as listener:
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)  # what is accepted inherits it
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
        command = [sys.executable, "-m", "uvicorn", "served:app", "--log-level=warning", *options]
        command.append(f"--port={port}" if send_buffer is None else f"--fd={listener.fileno()}")
        if send_buffer is None:
            listener.close()
            process = subprocess.Popen(command, cwd=folder)
        else:
            listener.listen(4096)
            process = subprocess.Popen(command, cwd=folder, pass_fds=[listener.fileno()])
    with ended_by_interrupt(process, port):
        yield port, process.pid


@contextmanager
def ended_by_interrupt(process: subprocess.Popen[bytes], port: int) -> Iterator[None]:
    """A server that has begun to listen on ``port``, and is asked to end after the block."""
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
