"""A Redis with what the tests of rooms ask it, and backends that keep what they deliver."""

import importlib.util
from contextlib import asynccontextmanager

import anyio
import pytest
from redis_server import RedisServer

from asgi_websockets.redis import RedisBackend

if importlib.util.find_spec("coredis") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    import coredis


class RoomServer(RedisServer):
    async def command(self, *words):
        """The answer to one command, as bytes, on a connection of its own."""
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


@pytest.fixture(scope="session", name="shared_redis")
def shared_redis_fixture(make_server, tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp("redis"), RoomServer)
    server.start()
    return server


@pytest.fixture(name="no_redis")
def no_redis_fixture(make_server, tmp_path):
    """A server that is not started yet."""
    server = make_server(tmp_path, RoomServer)
    yield server
    server.kill()


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
