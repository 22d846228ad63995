"""A real Redis that can be killed, stopped and started again, and backends that keep what they deliver."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import asynccontextmanager, contextmanager

import anyio
import pytest

from asgi_websockets.redis import RedisBackend

if importlib.util.find_spec("coredis") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    import coredis


class Server:
    """A redis-server without a file on disk: what it knows is lost when it is killed."""

    def __init__(self, program, folder, port):
        self.program = program
        self.folder = folder
        self.port = port
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self, *options):
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(100):
                        return
            except OSError:
                time.sleep(0.02)
        pytest.fail(f"Redis did not come up:\n{(self.folder / 'log').read_text()}")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def start_later(self, *options):
        await anyio.to_thread.run_sync(self.start, *options)

    async def kill_later(self):
        await anyio.to_thread.run_sync(self.kill)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    async def command(self, *words):
        """The answer to one command, on a connection of its own."""
        async with coredis.Redis(port=self.port, retry_policy=coredis.retry.NoRetryPolicy()) as client:
            connection = await client.connection_pool.get_connection()
            answer = await connection.create_request(words[0], *words[1:], raise_exceptions=False)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def clients(self):
        """The connections of backends."""
        listed = await self.command(b"CLIENT LIST")
        return [line for line in listed.decode().splitlines() if "name=asgi_websockets" in line]

    async def keys(self):
        """Those of rooms."""
        return sorted(key.decode() for key in await self.command(b"KEYS", b"*{*"))

    async def fill(self):
        """What takes memory is rejected from now on."""
        await self.command(b"CONFIG SET", b"maxmemory", b"1")

    async def free(self):
        await self.command(b"CONFIG SET", b"maxmemory", b"0")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def new_server(folder):
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed.")
        pytest.skip("redis-server is not installed.")
    server = Server(program, folder, free_port())
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session", name="shared_redis")
def shared_redis_fixture(tmp_path_factory):
    with new_server(tmp_path_factory.mktemp("redis")) as server:
        server.start()
        yield server


@pytest.fixture(name="redis")
def redis_fixture(shared_redis):
    """A running server, empty, that the test leaves running."""
    yield shared_redis
    with socket.create_connection(("127.0.0.1", shared_redis.port)) as connection:
        connection.sendall(b"FLUSHALL\r\nQUIT\r\n")
        while connection.recv(100):
            pass


@pytest.fixture(name="no_redis")
def no_redis_fixture(tmp_path):
    """A server that is not started yet."""
    with new_server(tmp_path) as server:
        yield server


@pytest.fixture(name="own_redis")
def own_redis_fixture(no_redis):
    """A running server, to be killed, paused and restarted."""
    no_redis.start()
    return no_redis


class Recorded(RedisBackend):
    """Keeps what it delivers, and what it reports."""

    def __init__(self, url, **options):
        self.reports = []
        self.got = []
        self.gaps = []  # each with the number of messages that were delivered before it
        options.setdefault("on_report", self.reports.append)
        super().__init__(url, **options)
        self.bind(self.got.append, lambda room: self.gaps.append((room, len(self.got))))

    def data(self, room):
        return [message.data for message in self.got if message.room == room]

    def kinds(self):
        return [report.kind for report in self.reports]

    async def join(self, *rooms):
        """Subscribe, and wait until Redis has confirmed that."""
        for room in rooms:
            self.subscribe(room)
        for room in rooms:
            await self.history(room, 0, None)


class Backends:
    """``async with backends.running(server, prefix="x") as backend``."""

    backend = Recorded

    @staticmethod
    @asynccontextmanager
    async def running(server, **options):
        backend = Recorded(server.url, **options)
        async with backend.run():
            yield backend

    @classmethod
    @asynccontextmanager
    async def cut_off(cls, backend):
        """While in the block, the backend has no connection and gets none."""

        def refuse():
            raise ConnectionError("cut off")

        keeper = backend._keeper
        make_client, keeper._make_client = keeper._make_client, refuse
        try:
            keeper.link.fail(ConnectionError("cut off"))
            await cls.until(lambda: not backend.is_connected)
            yield
        finally:
            keeper._make_client = make_client

    @staticmethod
    async def is_blocked(function, *arguments):
        """Whether it waits, and does not end within a moment; it is cancelled then."""
        with anyio.move_on_after(0.05) as scope:
            await function(*arguments)
        return scope.cancelled_caught

    @staticmethod
    async def until(condition, seconds=20):
        """Wait for something; the time limit is for a machine that is busy."""
        with anyio.fail_after(seconds):
            while True:
                result = condition()
                if hasattr(result, "__await__"):
                    result = await result
                if result:
                    return
                await anyio.sleep(0.005)


@pytest.fixture(name="backends")
def backends_fixture():
    return Backends
