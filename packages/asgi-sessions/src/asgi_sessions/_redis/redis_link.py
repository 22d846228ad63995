"""The connection with Redis: kept up, and given up for a moment where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing, suppress
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, cast

from .session_scripts import SessionScript

if TYPE_CHECKING:
    from anyio import CancelScope, Event

    from .client_factory import MakeClient

logger = getLogger("asgi_sessions")

PAUSE: Final = 1.0
"""Seconds between two attempts to connect, in which nobody waits for Redis."""

GRACE: Final = 0.1
"""The last part of the time limit, for an answer that has come, but is not read yet as the event loop stood still."""


class RedisLink:
    """One connection, made by `keep`, on which any number of scripts run at once.

    A call that is not answered in time is the end of the connection. Then, and where none can be made, calls fail at
    once until the next one is there. A connection that ends by itself, as Redis ends one that is idle, is made again at
    once: calls wait for it, and what it took with it is called again, so each script is one that may run twice.
    """

    def __init__(self, make_client: MakeClient, timeout: float) -> None:
        from anyio import Event

        self._make_client = make_client
        self._timeout = timeout
        self._connection: Any = None
        self._scope: CancelScope | None = None
        self._settled: Event = Event()  # when the attempt that calls wait for has ended, well or not
        self._is_down = False
        self._is_reported = False
        self._refused: SessionScript | None = None  # which has been reported

    async def call(self, script: SessionScript, keys: Sequence[bytes], arguments: Sequence[bytes | int]) -> list[Any]:
        """What a script answers after its first key.

        `Exception` if it does not come within the time limit, cannot be had, or is something else.
        """
        from anyio import current_time
        from coredis.exceptions import ConnectionError as NoConnectionError

        deadline = current_time() + (1 - GRACE) * self._timeout
        words = [len(keys), *keys, *arguments]
        try:
            try:
                answer = await self._run(script, words, deadline)
            except NoConnectionError:
                answer = await self._run(script, words, deadline)
        except Exception as error:
            self._report_lost(error, script if is_refusal(error) else None)
            raise
        if self._is_reported and self._refused in (None, script):
            self._is_reported = False
            logger.warning("Sessions are kept by Redis again.")
        return answer

    async def _run(self, script: SessionScript, words: Sequence[bytes | int], deadline: float) -> list[Any]:
        from coredis.exceptions import ConnectionError as NoConnectionError
        from coredis.exceptions import NoScriptError

        connection = await self._connected(deadline)
        try:
            try:
                answer = await self._answer(connection, deadline, b"EVALSHA", script.digest, *words)
            except NoScriptError:  # Redis was started anew, or told to forget its scripts
                answer = await self._answer(connection, deadline, b"EVAL", script.source, *words)
            return checked_answer(answer, words[1])
        except Exception as error:
            if not is_refusal(error):
                self._drop(connection, is_down=not isinstance(error, NoConnectionError))
            raise

    async def _connected(self, deadline: float) -> Any:
        from anyio import CancelScope

        if self._connection is None and not self._is_down:
            with CancelScope(deadline=deadline):
                await self._settled.wait()
        if self._connection is None:
            raise ConnectionError("There is no connection.")
        return self._connection

    async def _answer(self, connection: Any, deadline: float, *command: bytes | int) -> Any:
        from anyio import CancelScope, move_on_after

        request = connection.create_request(*command, decode=False)
        with CancelScope(deadline=deadline):
            return await request
        with move_on_after(GRACE * self._timeout):
            return await request
        raise TimeoutError(f"Redis has not answered within {self._timeout:g} seconds.")

    async def keep(self) -> None:
        """Keep a connection up, until it is cancelled."""
        from anyio import current_time, sleep

        try:
            while True:
                begin = current_time()
                try:
                    await self._attempt()
                except Exception as error:
                    self._is_down = True
                    self._report_lost(error, None)
                self._drop(self._connection, is_down=self._is_down or current_time() - begin < PAUSE)
                if self._is_down:
                    self._settled.set()
                    await sleep(PAUSE)
        finally:
            self._drop(self._connection, is_down=True)
            self._settled.set()

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
        from anyio import CancelScope, fail_after

        with fail_after(self._timeout):
            connection = await client.connection_pool.get_connection()
        with CancelScope() as self._scope:
            self._connection = connection
            self._is_down = False
            self._settled.set()
            await wait_for_end(connection)

    def _drop(self, connection: Any, *, is_down: bool) -> None:
        """Have no connection, if it is still this one."""
        from anyio import Event

        if connection is not self._connection:
            return
        self._connection = None
        self._is_down = is_down
        if self._settled.is_set():
            self._settled = Event()
        if self._scope is not None:
            self._scope.cancel()

    def _report_lost(self, error: BaseException, refused: SessionScript | None) -> None:
        if self._is_reported:
            return
        self._is_reported = True
        self._refused = refused
        inner = innermost(error)
        text = " ".join(str(inner).split())
        logger.warning(
            "Sessions cannot be reached, as Redis has failed: %s: %s",
            type(inner).__name__,
            text,
            exc_info=None if is_expected(inner) else inner,
        )


def checked_answer(answer: object, key: object) -> list[Any]:
    """The answer after its key, without which it is no answer to this call; `ValueError` then.

    An answer that is taken for that to another call would show one user's session to another.
    """
    words: list[Any] = cast("list[object]", answer) if isinstance(answer, list) else []
    if not words or words[0] != key:
        raise ValueError("Not the answer to this call.")
    return words[1:]


def is_refusal(error: BaseException) -> bool:
    """Whether Redis itself has said no, as where it has no memory left, so that another connection changes nothing.

    One that may only be read is a replica now: the next connection may lead to who took its place.
    """
    from coredis.exceptions import BusyLoadingError, ReadOnlyError, ResponseError

    return isinstance(error, ResponseError | BusyLoadingError) and not isinstance(error, ReadOnlyError)


# `_attempt` and all from here on is what the link to Redis of asgi-middleware has as well, and all but `wait_for_end`
# the keeper of asgi-websockets (see the client factory for why): mend all three.


async def wait_for_end(connection: Any) -> None:
    """Until the connection ends: then there are no more messages that nobody has asked for."""
    from coredis.exceptions import ConnectionError as NoConnectionError

    with suppress(NoConnectionError):
        async with aclosing(connection.push_messages) as messages:
            async for _ in messages:
                pass


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
