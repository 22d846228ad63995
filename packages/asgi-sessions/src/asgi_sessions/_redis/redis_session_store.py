"""Sessions that all processes with one Redis share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import ceil
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from .._stored.session_store import SessionRecord
from .._stored.session_store_unavailable import SessionStoreUnavailable
from .client_factory import client_factory
from .redis_link import PAUSE, RedisLink
from .session_scripts import CREATE, DELETE, KEPT, READ, UPDATE, SessionScript

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

NOT_RUNNING: Final = (
    "This RedisSessionStore is not running on this event loop: use it inside `async with store:`, as in a lifespan. "
    "StoredSessionMiddleware does that where the lifespan of the application goes through it."
)

LONGEST: Final = 2.0**53
"""Milliseconds, to which Redis can still add the time of day."""


class RedisSessionStore:
    """Keeps sessions in Redis, for all processes that use it with the same ``prefix``.

    ``url`` is ``redis://``, ``rediss://`` or ``unix://``, of Redis 6 or newer or what speaks like it. It is one server:
    a cluster keeps the two keys that a session has before and after `Session.regenerate` in two places, and is not
    supported. A session is a hash, named by the prefix and its key, with a field for each entry, and goes by itself.

    A call is one script, which Redis runs in one step, and waits for it ``timeout`` seconds at most. It raises
    `SessionStoreUnavailable`, a 503, if Redis has not answered by then, cannot be reached or refuses, as where it has
    no memory left. From a failure until Redis is there again, which is tried each second, nobody waits. It is logged
    once when Redis is lost, and once when it is back. A call that failed was carried out as a whole or not at all, and
    may be repeated.

    What Redis knows after it was started anew is up to its configuration: all with ``appendonly yes`` and
    ``appendfsync always``, all but the last second with ``everysec``. So is what it does when its memory is full: with
    a ``maxmemory-policy`` other than ``noeviction`` it throws sessions away.

    It needs the extra: ``pip install asgi-sessions[redis]``. Raises `ValueError` for arguments that are none of
    these, and `ImportError` without the extra.

    >>> store = RedisSessionStore("redis://localhost", prefix="shop:sessions:")
    >>> store.prefix, store.timeout
    ('shop:sessions:', 1.0)
    """

    def __init__(self, url: str = "redis://localhost:6379", *, prefix: str = "sessions:", timeout: float = 1.0) -> None:
        if not 0 < timeout < float("inf"):
            raise ValueError(f"A time limit is a number of seconds above 0, not {timeout!r}.")
        self.prefix = prefix
        self.timeout = timeout
        self._make_client = client_factory(url, timeout)
        self._entries: dict[object, list[_Entry]] = {}  # by event loop, the first that was entered first

    async def read(self, key: str) -> SessionRecord | None:
        """The session with this key; see `SessionStore.read`. Outside ``async with`` each call is a `RuntimeError`."""
        answer = await self._call(READ, [key], [])
        if not answer:
            return None
        left, words = answer
        fields = dict(zip(words[::2], words[1::2], strict=True))
        fields.pop(KEPT, None)
        values = {decoded(name): decoded(value) for name, value in fields.items()}
        return SessionRecord(values, max(left, 0) / 1000)

    async def create(self, key: str, values: Mapping[str, str], expires_in: float) -> None:
        """Keep a new session; see `SessionStore.create`."""
        await self._call(CREATE, [key], [milliseconds(expires_in), KEPT, b"", *pairs(values)])

    async def update(
        self,
        key: str,
        values: Mapping[str, str],
        removed: Collection[str],
        expires_in: float,
        *,
        new_key: str | None = None,
    ) -> bool:
        """Change a session that is there; see `SessionStore.update`."""
        keys = [key] if new_key is None else [key, new_key]
        names = [encoded(name) for name in removed if name not in values]
        (is_there,) = await self._call(UPDATE, keys, [milliseconds(expires_in), len(names), *names, *pairs(values)])
        return bool(is_there)

    async def delete(self, key: str) -> bool:
        """Forget a session; see `SessionStore.delete`. False as well if the answer to the same call was lost."""
        (was_there,) = await self._call(DELETE, [key], [])
        return bool(was_there)

    async def _call(self, script: SessionScript, keys: Iterable[str], arguments: list[bytes | int]) -> list[Any]:
        from anyio.lowlevel import current_token

        entries = self._entries.get(current_token())
        if not entries:
            raise RuntimeError(NOT_RUNNING)
        names = [encoded(self.prefix + key) for key in keys]
        try:
            return await entries[0].link.call(script, names, arguments)
        except Exception:  # whatever it is, it is logged
            raise SessionStoreUnavailable(PAUSE) from None

    # `__aenter__`, `__aexit__` and `_Entry` are as for the rate limits of asgi-middleware: mend both.

    async def __aenter__(self) -> Self:
        from anyio import create_task_group, get_current_task
        from anyio.lowlevel import current_token

        tasks = create_task_group()
        await tasks.__aenter__()
        entries = self._entries.setdefault(current_token(), [])
        entries.append(_Entry(get_current_task().id, tasks, RedisLink(self._make_client, self.timeout)))
        entries[0].start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        from anyio import get_current_task
        from anyio.lowlevel import current_token

        token, task = current_token(), get_current_task().id
        entries = self._entries[token]
        entry = next(entry for entry in reversed(entries) if entry.task == task)
        entries.remove(entry)
        if entries:
            entries[0].start()  # which was not needed until now
        else:
            del self._entries[token]
        entry.tasks.cancel_scope.cancel()
        # What was raised inside is not for the task group, which would raise it again in a group of exceptions.
        await entry.tasks.__aexit__(None, None, None)


class _Entry:
    """One ``async with`` on a store: its task group ends where it began, whoever else uses the store."""

    def __init__(self, task: int, tasks: TaskGroup, link: RedisLink) -> None:
        self.task = task
        self.tasks = tasks
        self.link = link
        self._has_started = False

    def start(self) -> None:
        if not self._has_started:
            self._has_started = True
            self.tasks.start_soon(self.link.keep)


def encoded(text: str) -> bytes:
    """As Redis gets it; halves of surrogate pairs, which `json.loads` can make, pass as they are."""
    return text.encode("utf-8", "surrogatepass")


def decoded(word: bytes) -> str:
    """What `encoded` was given."""
    return word.decode("utf-8", "surrogatepass")


def pairs(values: Mapping[str, str]) -> Iterable[bytes]:
    """Names and values in turn."""
    return (encoded(word) for pair in values.items() for word in pair)


def milliseconds(seconds: float) -> int:
    """A number that Redis takes, even of a time without end."""
    return ceil(min(max(seconds, 0.0) * 1000, LONGEST))
