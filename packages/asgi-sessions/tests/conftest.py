"""A real Redis that can be killed, stopped and started again."""

import os
import shutil
import signal
import socket
import subprocess
import time

import anyio
import pytest


class Server:
    """A redis-server that keeps nothing on disk: what it knows is lost when it is killed."""

    def __init__(self, program, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self.command += ["--save", "", "--appendonly", "no"]
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                assert self.ask("PING") == "PONG"
            except OSError:
                time.sleep(0.02)
            else:
                return
        pytest.fail(f"Redis did not come up:\n{(self.folder / 'log').read_text()}")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def start_later(self):
        await anyio.to_thread.run_sync(self.start)

    async def kill_later(self):
        await anyio.to_thread.run_sync(self.kill)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words):
        """The answer to one command, on a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            with connection.makefile("rb") as answers:
                return command(connection, answers, *words)

    async def ask_later(self, *words):
        return await anyio.to_thread.run_sync(self.ask, *words)


def command(connection, answers, *words):
    """Send a command, and read its answer; an error is raised."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
    return read_answer(answers)


def read_answer(answers):
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


@pytest.fixture(name="make_server", scope="session")
def make_server_fixture():
    """Servers that are not started yet."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed.")
        pytest.skip("redis-server is not installed.")
    servers = []

    def make(folder):
        servers.append(Server(program, folder))
        return servers[-1]

    yield make
    for server in servers:
        server.kill()


@pytest.fixture(name="shared_redis", scope="session")
def shared_redis_fixture(make_server, tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp("redis"))
    server.start()
    return server


@pytest.fixture(name="redis")
def redis_fixture(shared_redis):
    """A running server, empty, that the test leaves running."""
    yield shared_redis
    shared_redis.ask("FLUSHALL")


@pytest.fixture(name="no_redis")
def no_redis_fixture(make_server, tmp_path):
    """A server that is not started yet."""
    server = make_server(tmp_path)
    yield server
    server.kill()


@pytest.fixture(name="own_redis")
def own_redis_fixture(no_redis):
    """A running server, to be killed, paused and restarted."""
    no_redis.start()
    return no_redis


@pytest.fixture(name="until")
def until_fixture():
    """Wait for something; the time limit is for a machine that is busy."""

    async def until(condition, seconds=20):
        with anyio.fail_after(seconds):
            while True:
                if await condition():
                    return
                await anyio.sleep(0.01)

    return until
