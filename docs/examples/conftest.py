"""What the examples' tests share: an application is served by a real server on a free port, and stopped again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from free_port import free_port
from redis_server import RedisServer

SERVERS = {
    "uvicorn": ["-m", "uvicorn", "{app}", "--host=127.0.0.1", "--port={port}", "--log-level=info"],
    "hypercorn-asyncio": ["-m", "hypercorn", "{app}", "--bind=127.0.0.1:{port}"],
    "hypercorn-trio": ["-m", "hypercorn", "{app}", "--bind=127.0.0.1:{port}", "--worker-class=trio"],
    "granian": ["-m", "granian", "{app}", "--interface=asgi", "--host=127.0.0.1", "--port={port}"],
    "daphne": ["-m", "daphne", "--bind=127.0.0.1", "--port={port}", "{app}"],
}


@dataclass
class Served:
    """An application behind a server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server has printed so far."""
        return self.log_file.read_text(errors="replace")

    def stop(self, number: int = signal.SIGINT, patience: float = 10) -> float:
        """Ask the server to end, and give the seconds it took; it is killed after ``patience`` of them."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return time.monotonic() - begin


Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(name="serve", scope="session")
def serve_fixture(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """``with serve("uvicorn", "module:app", folder, "--option") as served``; ``port`` may be one used before."""

    @contextmanager
    def serve(
        server: str,
        app: str,
        folder: Path,
        *options: str,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Iterator[Served]:
        port = port or free_port()
        command = [sys.executable, *(argument.format(app=app, port=port) for argument in SERVERS[server]), *options]
        log_file = tmp_path_factory.mktemp("served") / "log"
        with log_file.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **(env or {})}, stdout=output, stderr=output
            )
        served = Served(port, process, log_file)
        try:
            wait_until_up(served)
            yield served
        finally:
            served.stop()

    return serve


@pytest.fixture(name="browser", scope="module")
def browser_fixture() -> Iterator[Any]:
    """A real Chromium, headless, through playwright; skipped where none is installed, which CI does not forgive."""
    executable = program("chromium", "chromium-browser", "google-chrome")
    from playwright.sync_api import sync_playwright

    # No connection but to the page that is tested.
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        yield browser
        browser.close()


@pytest.fixture(name="curl_program", scope="session")
def curl_program_fixture() -> str:
    """The path of curl, an HTTP client that shares nothing with us."""
    return program("curl")


@pytest.fixture(name="redis_server")
def redis_server_fixture(tmp_path: Path) -> Iterator[RedisServer]:
    """A running Redis of the test's own, which it may kill; skipped where none is installed, as above."""
    server = RedisServer(program("redis-server"), tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def program(*names: str) -> str:
    """The path of the first of these programs that is installed; the test is skipped where none is, but not in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail(f"None of {', '.join(names)} is installed.")
    pytest.skip(f"None of {', '.join(names)} is installed.")


def wait_until_up(served: Served) -> None:
    """Until the port is open: servers open it when the application has started."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert served.process.poll() is None, served.log
        try:
            socket.create_connection(("127.0.0.1", served.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"The server did not come up:\n{served.log}")
