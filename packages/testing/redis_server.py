"""A real Redis for tests that can be killed, stopped and started again; what packages and examples share.

It is a plugin of pytest that `packages/conftest.py` loads, so that a test finds its fixtures in any package, and a
conftest the class: ``from redis_server import RedisServer``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import anyio
import pytest
from free_port import free_port


class RedisServer:
    """A redis-server that keeps nothing on disk: what it knows is lost when it is killed."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.command_line = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self.command_line += ["--save", "", "--appendonly", "no"]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self, *options: str) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*self.command_line, *options], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                assert self.ask("PING") == "PONG"
            except OSError:
                time.sleep(0.02)
            except RuntimeError as error:
                if not str(error).startswith("LOADING "):  # what it had kept on disk
                    raise
                time.sleep(0.02)
            else:
                return
        pytest.fail(f"Redis did not come up:\n{(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def start_later(self, *options: str) -> None:
        await anyio.to_thread.run_sync(self.start, *options)

    async def kill_later(self) -> None:
        await anyio.to_thread.run_sync(self.kill)

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words: bytes | str | int) -> Any:
        """The answer to one command, on a connection of its own."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        with connection, connection.makefile("rb") as answers:
            return ask_on(connection, answers, *words)

    async def ask_later(self, *words: bytes | str | int) -> Any:
        return await anyio.to_thread.run_sync(self.ask, *words)


def ask_on(connection: socket.socket, answers: BinaryIO, *words: bytes | str | int) -> Any:
    """Send a command, and read its answer; an error is raised."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
    return read_answer(answers)


def read_answer(answers: BinaryIO) -> Any:
    line = answers.readline()
    if not line:
        raise ConnectionError("Redis has gone.")
    kind, text = line[:1], line[1:-2].decode()
    if kind == b"-":
        raise RuntimeError(text)
    if kind == b"$":
        size = int(text)
        return None if size < 0 else answers.read(size + 2)[:-2].decode()
    if kind == b"*":
        return [read_answer(answers) for _ in range(int(text))]
    return int(text) if kind == b":" else text


MakeServer = Callable[..., RedisServer]


@pytest.fixture(name="make_server", scope="session")
def make_server_fixture() -> Iterator[MakeServer]:
    """Servers that are not started yet: ``make_server(folder)``; skipped where none is installed, but not in CI."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed.")
        pytest.skip("redis-server is not installed.")
    servers: list[RedisServer] = []

    def make(folder: Path, kind: type[RedisServer] = RedisServer) -> RedisServer:
        servers.append(kind(program, folder))
        return servers[-1]

    yield make
    for server in servers:
        server.kill()


@pytest.fixture(name="shared_redis", scope="session")
def shared_redis_fixture(make_server: MakeServer, tmp_path_factory: pytest.TempPathFactory) -> RedisServer:
    server = make_server(tmp_path_factory.mktemp("redis"))
    server.start()
    return server


@pytest.fixture(name="redis")
def redis_fixture(shared_redis: RedisServer) -> Iterator[RedisServer]:
    """A running server, empty, that the test leaves running."""
    yield shared_redis
    shared_redis.ask("FLUSHALL")


@pytest.fixture(name="no_redis")
def no_redis_fixture(make_server: MakeServer, tmp_path: Path) -> Iterator[RedisServer]:
    """A server that is not started yet."""
    server = make_server(tmp_path)
    yield server
    server.kill()


@pytest.fixture(name="own_redis")
def own_redis_fixture(no_redis: RedisServer) -> RedisServer:
    """A running server, to be killed, paused and restarted."""
    no_redis.start()
    return no_redis


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Awaitable[None]]:
    """Wait for something; the time limit is for a machine that is busy."""

    async def until(condition: Callable[[], Awaitable[object]], seconds: float = 20) -> None:
        with anyio.fail_after(seconds):
            while True:
                if await condition():
                    return
                await anyio.sleep(0.01)

    return until
