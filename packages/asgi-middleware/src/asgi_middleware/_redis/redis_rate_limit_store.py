"""Rate limits that all processes with one Redis share."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self

from .._rate_limits.bounded_key import key_digest
from .._rate_limits.rate_limit import SLICES, RateLimit
from .._rate_limits.rate_limit_unavailable import RateLimitUnavailable
from .._rate_limits.rate_limit_verdict import RateLimitVerdict, verdict_of
from .client_factory import client_factory
from .hit_script import HIT, HIT_DIGEST
from .redis_link import PAUSE, RedisLink

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

LONGEST_BLACKOUT: Final = 60.0
"""Seconds: limits with a longer window begin anew after Redis has forgotten what was counted."""

NOT_RUNNING: Final = (
    "This RedisRateLimitStore is not running on this event loop: use it inside `async with store:`, as in a lifespan. "
    "RateLimitMiddleware does that where the lifespan of the application goes through it."
)


class RedisRateLimitStore:
    """Counts in Redis, for all processes that use it with the same ``prefix``, by the clock of Redis.

    ``url`` is ``redis://``, ``rediss://`` or ``unix://``. A hit is one script, which Redis runs in one step, and waits
    for it ``timeout`` seconds at most, 0.5 by default. Counters are named by a digest of their key and go by
    themselves.

    ``on_failure`` says what happens while Redis cannot be reached, and has no default: ``"allow"`` lets everything
    through, and ``"refuse"`` nothing, by `RateLimitUnavailable`, a 503. From a failure until Redis is there again,
    which is tried each second, nobody waits. It is logged once when Redis is lost, and once when it counts again.

    Redis without persistence forgets what it counted when it is started anew. With ``"refuse"``, a process that has
    seen it before lets nothing through until what was counted before could not count any more, so that windows of up to
    60 seconds hold even then. Longer windows, and all with ``"allow"``, begin anew.

    It needs the extra: ``pip install asgi-middleware[redis]``. Raises `ValueError` for arguments that are none of
    these, and `ImportError` without the extra.

    >>> store = RedisRateLimitStore("redis://localhost", on_failure="allow")
    >>> store.on_failure
    'allow'
    """

    def __init__(
        self,
        url: str,
        *,
        on_failure: Literal["allow", "refuse"],
        prefix: str = "asgi_middleware:rate_limit:",
        timeout: float = 0.5,
    ) -> None:
        if on_failure not in ("allow", "refuse"):
            raise ValueError(f"on_failure is 'allow' or 'refuse', not {on_failure!r}.")
        if not 0 < timeout < float("inf"):
            raise ValueError(f"A time limit is a number of seconds above 0, not {timeout!r}.")
        self.on_failure = on_failure
        self.prefix = prefix
        self.timeout = timeout
        self._make_client = client_factory(url, timeout)
        self._entries: dict[object, list[_Entry]] = {}  # by event loop, the first that was entered first

    async def hit(self, key: str, limits: Sequence[RateLimit], cost: int = 1) -> list[RateLimitVerdict]:
        """Count ``cost`` for ``key`` if each of ``limits`` has room for it; see `RateLimitStore.hit`.

        Raises `ValueError` for a cost below 0, and `RuntimeError` outside of ``async with``.
        """
        if cost < 0:
            raise ValueError(f"A cost is 0 or more, not {cost}.")
        link = self._link()
        tag = key_digest(key)[:40]
        # The braces keep the counters of one key together, where a proxy spreads keys over a cluster.
        names = [f"{self.prefix}{{{tag}}}:{limit.slice_length}" for limit in limits]
        numbers = [number for limit in limits for number in (limit.limit, limit.slice_length)]
        self._check_blackout(link, limits)
        try:
            answer = await link.call(HIT, HIT_DIGEST, names, [cost, SLICES, *numbers])
        except Exception:  # whatever it is, it is logged
            if self.on_failure == "allow":
                return []
            raise RateLimitUnavailable(PAUSE) from None
        self._check_blackout(link, limits)  # the connection may have been made only now
        return [verdict_of(limit, *answer[4 * i : 4 * i + 4]) for i, limit in enumerate(limits)]

    # `__aenter__`, `__aexit__` and `_Entry` are as for the sessions of asgi-sessions: mend both.

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

    def _link(self) -> RedisLink:
        from anyio.lowlevel import current_token

        entries = self._entries.get(current_token())
        if not entries:
            raise RuntimeError(NOT_RUNNING)
        return entries[0].link

    def _check_blackout(self, link: RedisLink, limits: Sequence[RateLimit]) -> None:
        """Raise `RateLimitUnavailable` while what Redis has forgotten would still count."""
        from anyio import current_time

        if self.on_failure == "refuse" and link.forgotten_at is not None:
            windows = [limit.memory for limit in limits if limit.per <= LONGEST_BLACKOUT]
            left = link.forgotten_at + max(windows, default=0.0) - current_time()
            if left > 0:
                raise RateLimitUnavailable(left)


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
