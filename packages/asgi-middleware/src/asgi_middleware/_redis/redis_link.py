"""The connection with Redis: kept up, and given up for a moment where it fails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing, suppress
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from anyio import CancelScope

    from .client_factory import MakeClient

logger = getLogger("asgi_middleware.rate_limit")

PAUSE: Final = 1.0
"""Seconds between two attempts to connect, in which nobody waits for Redis."""

GRACE: Final = 0.1
"""The last part of the time limit, for an answer that has come, but is not read yet as the event loop stood still."""

_RUN_ID: Final = re.compile(rb"run_id:([0-9a-f]+)")


class RedisLink:
    """One connection, made by `keep`, on which any number of scripts run at once.

    A failure of one call is the end of the connection. Then, and where none can be made, calls fail at once until the
    next one is there. A connection that ends by itself, as Redis ends one that is idle, is made again at once, and
    calls wait for it.
    """

    def __init__(self, make_client: MakeClient, timeout: float) -> None:
        from anyio import Event

        self._make_client = make_client
        self._timeout = timeout
        self._connection: Any = None
        self._scope: CancelScope | None = None
        self._settled = Event()  # when the attempt that is being made has ended, well or not
        self._is_down = False
        self._is_reported = False
        self._run_id: bytes | None = None
        self.forgotten_at: float | None = None
        """When Redis was first seen after it was started anew, and had forgotten what others counted before."""

    async def call(self, script: bytes, digest: bytes, keys: Sequence[str], arguments: Sequence[int]) -> list[int]:
        """The numbers that a script answers with, four for each key.

        `Exception` if they do not come within the time limit, cannot be had, or are something else.
        """
        from anyio import CancelScope, current_time
        from coredis.exceptions import NoScriptError

        deadline = current_time() + (1 - GRACE) * self._timeout
        connection = None
        try:
            if self._connection is None and not self._is_down:
                with CancelScope(deadline=deadline):
                    await self._settled.wait()
            connection = self._connection
            if connection is None:
                raise ConnectionError("There is no connection.")
            words: list[str | int] = [len(keys), *keys, *arguments]
            try:
                answer = await self._answer(connection, deadline, b"EVALSHA", digest, *words)
            except NoScriptError:  # Redis was started anew, or told to forget its scripts
                answer = await self._answer(connection, deadline, b"EVAL", script, *words)
            numbers = checked_numbers(answer, 4 * len(keys))
        except Exception as error:
            self._fail(connection, error)
            raise
        self._report_restored()
        return numbers

    async def _answer(self, connection: Any, deadline: float, *command: bytes | str | int) -> Any:
        from anyio import CancelScope, move_on_after

        request = connection.create_request(*command, decode=False)
        with CancelScope(deadline=deadline):
            return await request
        with move_on_after(GRACE * self._timeout):
            return await request
        raise TimeoutError(f"Redis has not answered within {self._timeout:g} seconds.")

    async def keep(self) -> None:
        """Keep a connection up, until it is cancelled."""
        from anyio import Event, current_time, sleep

        while True:
            begin = current_time()
            try:
                await self._attempt()
            except Exception as error:
                self._is_down = True
                self._report_lost(error)
            self._connection = None
            if self._is_down or current_time() - begin < PAUSE:
                self._is_down = True
                self._settled.set()
                await sleep(PAUSE)
            self._settled = Event()

    async def _attempt(self) -> None:
        """Make a connection and have it used until it ends; `Exception` if none can be made."""
        connections: list[Any] = []
        try:
            async with self._make_client() as client:
                note_connections(client.connection_pool, connections)
                await self._use(client)
        finally:
            for connection in connections:
                close_streams(connection)

    async def _use(self, client: Any) -> None:
        from anyio import CancelScope, current_time, fail_after

        with fail_after(self._timeout):
            connection = await client.connection_pool.get_connection()
            about = await connection.create_request(b"INFO", b"server", decode=False)
        found = _RUN_ID.search(about)
        run_id = found[1] if found else None
        if self._run_id not in (None, run_id):
            self.forgotten_at = current_time()
        self._run_id = run_id
        with CancelScope() as self._scope:
            self._connection = connection
            self._is_down = False
            self._settled.set()
            await wait_for_end(connection)

    def _fail(self, connection: Any, error: BaseException) -> None:
        self._report_lost(error)
        if connection is not None and connection is self._connection:
            self._connection = None
            self._is_down = True
            assert self._scope is not None
            self._scope.cancel()

    def _report_lost(self, error: BaseException) -> None:
        if not self._is_reported:
            self._is_reported = True
            inner = innermost(error)
            text = " ".join(str(inner).split())
            logger.warning(
                "Rate limits are not counted, as Redis has failed: %s: %s",
                type(inner).__name__,
                text,
                exc_info=None if is_expected(inner) else inner,
            )

    def _report_restored(self) -> None:
        if self._is_reported:
            self._is_reported = False
            logger.warning("Rate limits are counted by Redis again.")


async def wait_for_end(connection: Any) -> None:
    """Until the connection ends: then there are no more messages that nobody has asked for."""
    from coredis.exceptions import ConnectionError as NoConnectionError

    with suppress(NoConnectionError):
        async with aclosing(connection.push_messages) as messages:
            async for _ in messages:
                pass


def checked_numbers(answer: object, count: int) -> list[int]:
    """The answer, which a proxy may have made; `ValueError` if it is not so many numbers."""
    shown = str(answer)[:100]
    given: list[object] = cast("list[object]", answer) if isinstance(answer, list) else []
    numbers = [number for number in given if isinstance(number, int)]
    if len(numbers) != count or len(given) != count:
        raise ValueError(f"Not what the script answers: {shown}")
    return numbers


# `_attempt`, `wait_for_end` and all from here on is what the link to Redis of asgi-sessions has as well, and all from
# here on the keeper of asgi-websockets (see the client factory for why): mend all three.


def note_connections(pool: Any, connections: list[Any]) -> None:
    """Append to ``connections`` what the pool makes from now on."""
    make = pool.connection_class

    def noted(*arguments: Any, **options: Any) -> Any:
        connections.append(make(*arguments, **options))
        return connections[-1]

    pool.connection_class = noted


def close_streams(connection: Any) -> None:
    """Close what a connection has inside, which stays open where it was never made, and of which Python warns then."""
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    for part in cast("dict[str, object]", vars(connection)).values():
        if isinstance(part, MemoryObjectReceiveStream | MemoryObjectSendStream):
            part.close()


def is_expected(error: BaseException) -> bool:
    """Whether it is of the kinds by which networks and servers fail, and not an error in a program."""
    from coredis.exceptions import RedisError

    return isinstance(error, RedisError | OSError)  # TimeoutError is an OSError


def innermost(error: BaseException) -> BaseException:
    """The first error of a group."""
    inner: Any = error
    while isinstance(inner, BaseExceptionGroup):
        inner = cast(Any, inner).exceptions[0]
    return cast(BaseException, inner)
