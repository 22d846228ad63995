"""Keeps a connection up: makes it, uses it until it breaks, waits a little, and makes it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final, cast

from .link import Link
from .redis_report import Reporter
from .signal import Signal

if TYPE_CHECKING:
    from coredis import Redis

    MakeClient = Callable[[], AbstractAsyncContextManager[Redis[Any]]]

logger = getLogger("asgi_websockets")

FIRST_DELAY: Final = 0.05
LONGEST_DELAY: Final = 5.0
STEADY_AFTER: Final = 10.0
"""Seconds after which a connection that breaks was a good one, so that the delays begin from the first again."""

Worker = Callable[[Link], Awaitable[None]]


class Keeper:
    """Runs ``workers`` on a link for as long as it lasts, and then on the next one.

    A worker ends by failing, and that ends the link and all that runs on it. Nothing that fails gets any further.
    """

    def __init__(
        self,
        make_client: MakeClient,
        own_channel: bytes,
        workers: Mapping[str, Worker],
        reporter: Reporter,
        command_seconds: float,
        heartbeat_seconds: float,
    ) -> None:
        self._make_client = make_client
        self._own_channel = own_channel
        self._workers = workers
        self._reporter = reporter
        self._command_seconds = command_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._delays = Delays()
        self.link: Link | None = None
        self.change = Signal()
        self.has_tried = False

    async def run(self) -> None:
        """Until it is cancelled."""
        from anyio import current_time, sleep

        while True:
            begin = current_time()
            failure = await self._attempt()
            if self._reporter.note_failure(failure) and not is_expected(failure):
                logger.error("The connection with Redis has failed by an error in the program.", exc_info=failure)
            self.has_tried = True
            self.change.notify()
            if current_time() - begin > STEADY_AFTER + self._command_seconds:
                self._delays.reset()
            await sleep(self._delays.next())

    async def _attempt(self) -> BaseException:
        """Make a connection and use it; what it has failed by."""
        connections: list[Any] = []
        try:
            async with self._make_client() as client:
                note_connections(client.connection_pool, connections)
                # Raised here, it would come out of the client's task group as one of several exceptions.
                return await self._use(client)
        except Exception as error:
            return innermost(error)
        finally:
            for connection in connections:
                close_streams(connection)

    async def _use(self, client: Redis[Any]) -> BaseException:
        from anyio import create_task_group, fail_after
        from anyio.lowlevel import checkpoint

        try:
            if client.decode_responses:
                raise ValueError("A message may be bytes: make_client has to leave out decode_responses=True.")
            with fail_after(self._command_seconds):
                connection: Any = await client.connection_pool.get_connection()
            link = Link(connection, self._command_seconds, self._reporter.note_restored)
            await link.prepare(self._own_channel)
        except Exception as error:
            return error
        link.expect(self._workers)
        try:
            async with create_task_group() as tasks:
                link.scope = tasks.cancel_scope
                for worker in (*self._workers.values(), self._take_heartbeat):
                    tasks.start_soon(self._work, link, worker)
                await checkpoint()  # they have begun
                self.link = link
                self.has_tried = True
                self.change.notify()
        finally:
            self.link = None
        assert link.failure is not None
        return link.failure

    async def _work(self, link: Link, worker: Worker) -> None:
        try:
            await worker(link)
        except Exception as error:
            link.fail(error)

    async def _take_heartbeat(self, link: Link) -> None:
        """Notice a connection on which nothing comes any more, and no end either."""
        from anyio import sleep

        while True:
            await sleep(self._heartbeat_seconds)
            await link.answer(link.request(b"PING"))


class Delays:
    """How long to wait before the next attempt: each time twice as long, and never as long as the others do."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> float:
        """Seconds, at most five."""
        from random import uniform

        longest = min(FIRST_DELAY * 2**self._count, LONGEST_DELAY)
        self._count = min(self._count + 1, 10)
        return uniform(longest / 2, longest)

    def reset(self) -> None:
        """Begin with a short one again."""
        self._count = 0


# From here on it is what the links to Redis of asgi-middleware and of asgi-sessions have as well (see the clients for
# why): mend all three.


def note_connections(pool: Any, connections: list[Any]) -> None:
    """Append to ``connections`` what the pool makes from now on."""
    connection_class = pool.connection_class

    def make(*args: Any, **options: Any) -> Any:
        connection = connection_class(*args, **options)
        connections.append(connection)
        return connection

    pool.connection_class = make


def close_streams(connection: Any) -> None:
    """Close what is inside of a connection; one that was never made leaves it open, which Python warns of."""
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    for part in cast("dict[str, object]", connection.__dict__).values():
        if isinstance(part, MemoryObjectReceiveStream | MemoryObjectSendStream):
            part.close()


def is_expected(error: BaseException) -> bool:
    """Whether it is of the kinds by which networks and servers fail."""
    from coredis.exceptions import RedisError

    return isinstance(error, RedisError | OSError)  # TimeoutError is an OSError


def innermost(error: BaseException) -> BaseException:
    """The first error in a group of them."""
    inner: Any = error
    while isinstance(inner, BaseExceptionGroup):
        inner = cast(Any, inner).exceptions[0]
    return cast(BaseException, inner)
