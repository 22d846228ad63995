"""The ways to keep sessions, as `Middleware`: what the applications are given, whatever their framework."""

import os
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Self

from asgi_middleware import Middleware
from asgi_sessions import (
    MemorySessionStore,
    SessionMiddleware,
    SessionRecord,
    SessionStoreUnavailable,
    SQLiteSessionStore,
    StoredSessionMiddleware,
)
from asgi_sessions.encrypted import EncryptedSessionMiddleware

PATH = Path(os.environ.get("SESSIONS", "sessions.sqlite3"))
SECRET = os.environ.get("SECRET") or secrets.token_hex()  # a key that is in public code is none

sessions = Middleware(StoredSessionMiddleware, store=SQLiteSessionStore(PATH))
"""What each application has when it is served alone."""


class WatchedStore(MemorySessionStore):
    """Insists on being entered, as a store must that has a connection to open."""

    users = 0

    async def __aenter__(self) -> Self:
        self.users += 1
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        self.users -= 1

    async def read(self, key: str) -> SessionRecord | None:
        self.insist()
        return await super().read(key)

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        self.insist()
        await super().create(key, values, expires_in)

    def insist(self) -> None:
        if not self.users:
            raise RuntimeError("The store was not entered.")


class DownStore(WatchedStore):
    """Cannot be reached, whatever is asked."""

    async def read(self, key: str) -> SessionRecord | None:
        self.insist()
        raise SessionStoreUnavailable

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        self.insist()
        raise SessionStoreUnavailable

    async def update(
        self,
        key: str,
        values: Mapping[str, str],
        removed: Collection[str],
        expires_in: float,
        *,
        new_key: str | None = None,
    ) -> bool:
        raise SessionStoreUnavailable

    async def delete(self, key: str) -> bool:
        raise SessionStoreUnavailable


def keepings() -> dict[str, Middleware]:
    """Each way by its name, with a store of its own where there is one."""
    return {
        "cookie": Middleware(SessionMiddleware, secret_key=SECRET),
        "encrypted": Middleware(EncryptedSessionMiddleware, secret_key=SECRET),
        "memory": Middleware(StoredSessionMiddleware, store=WatchedStore()),
        "sqlite": Middleware(StoredSessionMiddleware, store=SQLiteSessionStore(PATH)),
        "down": Middleware(StoredSessionMiddleware, store=DownStore()),
    }
