"""What the tests of stores share: each store as a parameter, with a clock where it takes one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from asgi_sessions import MemorySessionStore, SessionStoreUnavailable, SQLiteSessionStore, StoredSessionMiddleware
from asgi_sessions._session_age import CREATED
from asgi_sessions._session_id import hash_of
from asgi_sessions.redis import RedisSessionStore


class Clock:
    """Seconds of Unix time, which pass when they are told to."""

    def __init__(self, now=1_800_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


@dataclass
class StoreKind:
    """How to make a store, from a clock and the value of its ``fixture``; and whether it goes by that clock."""

    make: Callable[[Clock, Any], Any]
    fixture: str = "tmp_path"
    has_clock: bool = True
    is_shared: bool = True  # with other processes, so that each has a store of its own


STORES = {
    "memory": StoreKind(lambda clock, _: MemorySessionStore(clock=clock), is_shared=False),
    "sqlite": StoreKind(lambda clock, folder: SQLiteSessionStore(folder / "sessions.sqlite3", clock=clock)),
    "redis": StoreKind(lambda _, server: RedisSessionStore(server.url, timeout=10), fixture="redis", has_clock=False),
}


@dataclass
class StoreCase:
    """Stores of one kind that have the same sessions, as those of several processes."""

    kind: StoreKind
    where: Any
    clock: Clock = field(default_factory=Clock)
    made: Any = None

    def open(self):
        """A store, to be entered."""
        if self.made is None or self.kind.is_shared:
            self.made = self.kind.make(self.clock, self.where)
        return self.made

    async def wait(self, seconds):
        if self.kind.has_clock:
            self.clock.now += seconds
        else:
            await anyio.sleep(seconds)


@pytest.fixture(name="case", params=STORES)
def case_fixture(request):
    kind = STORES[request.param]
    return StoreCase(kind, request.getfixturevalue(kind.fixture))


@pytest.fixture(name="make_clock", scope="session")
def make_clock_fixture():
    return Clock


class Visitor:
    """A browser that visits an application with sessions, and keeps the cookie that it is given.

    Each visit does something with the session before the response, and something after it has begun.
    """

    def __init__(self, drive, store, cookie=None, **options):
        self.drive = drive
        self.store = store
        self.cookie = cookie
        self.answer = None
        self.app = StoredSessionMiddleware(self.serve, store, **options)
        self.name = options.get("session_cookie", "session")
        self.acts = {}

    async def serve(self, scope, receive, send):
        act, late = self.acts.pop(scope["path"])
        await call(act, scope["session"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"yes")]})
        await call(late, scope["session"])
        await send({"type": "http.response.body", "body": b"Done."})

    async def visit(self, act=None, late=None, app=None, **scope):
        """The session as it was in the end; ``answer`` is what came back."""
        path = f"/{id(act)}/{len(self.acts)}"
        self.acts[path] = act, late
        headers = [] if self.cookie is None else [(b"cookie", f"{self.name}={self.cookie}".encode())]
        answer = self.answer = await self.drive.request(app or self.app, path, headers=headers, **scope)
        self.take(answer)
        return dict(answer.scope["session"])

    def take(self, answer):
        for header in answer.headers.getlist("set-cookie"):
            name, _, rest = header.partition("=")
            assert name == self.name
            value = rest.partition(";")[0]
            self.cookie = None if value == "null" else value

    @property
    def key(self):
        return hash_of(self.cookie)

    async def values(self):
        """What the store has for the cookie, but for what is the middleware's own."""
        record = await self.store.read(self.key)
        if record is None:
            return None
        values = {name: json.loads(value) for name, value in record.values.items()}
        assert values.pop(CREATED) > 1_700_000_000
        return values


async def call(act, session):
    if act is not None:
        result = act(session)
        if hasattr(result, "__await__"):
            await result


@pytest.fixture(name="make_visitor")
def make_visitor_fixture(drive):
    def make_visitor(store=None, **options):
        return Visitor(drive, MemorySessionStore() if store is None else store, **options)

    return make_visitor


class FrailStore(MemorySessionStore):
    """Cannot be reached for the calls whose names are in ``down``, and notes the names of all."""

    def __init__(self):
        super().__init__()
        self.down = set()
        self.calls = []

    def note(self, name):
        self.calls.append(name)
        if name in self.down:
            raise SessionStoreUnavailable

    async def read(self, key):
        self.note("read")
        return await super().read(key)

    async def create(self, *args):
        self.note("create")
        await super().create(*args)

    async def update(self, *args, **options):
        self.note("update")
        return await super().update(*args, **options)

    async def delete(self, key):
        self.note("delete")
        return await super().delete(key)


@pytest.fixture(name="frail_store")
def frail_store_fixture():
    return FrailStore()
