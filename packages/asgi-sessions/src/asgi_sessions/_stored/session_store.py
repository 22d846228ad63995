"""Who keeps sessions: one small protocol."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Final, NamedTuple, Protocol


class SessionRecord(NamedTuple):
    """A session as a store has it: the JSON of each entry, and the seconds after which it is forgotten."""

    values: Mapping[str, str]
    expires_in: float


class SessionStore(Protocol):
    """Keeps sessions by key, entry by entry, so that requests at the same time lose nothing of each other's.

    A key is `Session.key`, the hash of an id, and never the id; no two sessions ever have the same. Values are JSON in
    ASCII, and their names any text. Times are seconds from now, and what is kept for 0 or less has ended. Each call is
    one step, of which nobody sees half: what `update` writes is there or not, and it writes nothing to a session that
    has ended meanwhile. Any call raises `SessionStoreUnavailable` if the store cannot tell, within a time limit of its
    own, whether it is done.

    It is used inside ``async with``, which `StoredSessionMiddleware` does around the lifespan of its application. It
    may be entered again while it is, so that several middleware share one.

    >>> import asyncio
    >>> from asgi_sessions import MemorySessionStore
    >>> async def main() -> None:
    ...     async with MemorySessionStore() as store:
    ...         await store.create("key", {"user": '"ann"'}, 60)
    ...         print(await store.update("key", {"theme": '"dark"'}, ["user"], 60), (await store.read("key")).values)
    ...         await store.delete("key")
    ...         print(await store.update("key", {"theme": '"light"'}, [], 60), await store.read("key"))
    >>> asyncio.run(main())
    True {'theme': '"dark"'}
    False None
    """

    async def read(self, key: str) -> SessionRecord | None:
        """The session with this key, or None if there is none, or it has expired."""
        ...

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        """Keep a new session."""
        ...

    async def update(
        self,
        key: str,
        values: Mapping[str, str],
        removed: Collection[str],
        expires_in: float,
        *,
        new_key: str | None = None,
    ) -> bool:
        """Set these entries, remove those, and keep the session so long from now; False if it is not there any more.

        With ``new_key`` it has that key from then on, with all its entries, and nothing is found by ``key``.
        """
        ...

    async def delete(self, key: str) -> bool:
        """Forget a session; False if it was not there any more."""
        ...

    async def __aenter__(self) -> object:
        """Begin, and give the store."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End what was begun last."""
        ...


_CALLS: Final = ("read", "create", "update", "delete", "__aenter__", "__aexit__")


def check_store(store: object) -> None:
    """Raise `TypeError` for what is no `SessionStore`.

    >>> check_store("redis://localhost")
    Traceback (most recent call last):
    TypeError: A str is no store of sessions: give one, such as SQLiteSessionStore("sessions.sqlite3").
    """
    if isinstance(store, type):
        raise TypeError(f"{store.__name__} is a class: give a store that is made of it, such as {store.__name__}().")
    missing = [name for name in _CALLS if not callable(getattr(store, name, None))]
    if len(missing) == len(_CALLS):  # what it is instead may have a password in it
        kind = type(store).__name__
        raise TypeError(f'A {kind} is no store of sessions: give one, such as SQLiteSessionStore("sessions.sqlite3").')
    if missing:
        raise TypeError(f"A {type(store).__name__} is no store of sessions yet: it has no {', '.join(missing)}.")
