"""The rooms of many processes: what is published in one arrives in all, through Redis."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from logging import getLogger
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from .._rooms.room_backend import Deliver, History, NoteGap
from .._rooms.room_message import RoomMessage
from .clients import clients_of
from .keeper import Keeper
from .kept_messages import MOST_READ_BYTES, read_history
from .outbox import Outbox
from .presence import Presence
from .redis_report import RedisReport, Reporter
from .room_keys import RoomKeys
from .scripts import MEMBERS
from .subscriptions import Subscriptions

if TYPE_CHECKING:
    from anyio import Semaphore

    from .keeper import MakeClient
    from .link import Link

logger = getLogger("asgi_websockets")

START_SECONDS: Final = 1.0
"""How long a start waits for the first attempt to connect, so that what is sent first goes out at once."""

READS_AT_ONCE: Final = 8


class RedisBackend:
    """Carries messages between processes through Redis 6.2 or newer, on one connection.

    ``url`` is ``redis://[[user]:password@]host[:port][/database]``, ``rediss://`` for TLS, which checks the certificate
    and whose it is, or ``unix://path``. For all else ``make_client`` is called for each attempt to connect: it gives a
    new ``coredis.Redis``, or any other context manager that enters one, as Sentinel needs it. ``prefix`` begins all
    keys and channels; applications that share a Redis need different ones, since channels do not know databases.

    A lost connection is made again, at first after 0.05 seconds and then after up to 5, for as long as it takes. Nobody
    waits for that, and nothing raises: messages wait in the outbox, at most ``outbox_size`` of them with
    ``outbox_bytes`` bytes, and members get what they missed from the history of the room. If more wait, the oldest are
    dropped. While Redis is there but slow, a full outbox makes who publishes wait. Where members may have missed
    something nevertheless, `Member.has_gap` says so: the history does not reach back far enough, or Redis has lost it.

    A room takes about 5 KB in Redis for ``history_seconds`` after its last message, more with more than 4 KB of
    messages in its history, and what is known of its members. If clients choose the names of rooms, set ``maxmemory``
    and the policy ``volatile-lru`` or ``volatile-ttl``: all keys expire, so the rooms that nobody speaks in, or those
    that expire soon, are forgotten first. With ``noeviction`` and a full memory messages still arrive, but nothing is
    kept of the rooms in which they are sent, and members who come are not listed until a later attempt; there is one
    every third of ``presence_seconds``.

    What happened goes to the log ``asgi_websockets``, and to ``on_report`` as a `RedisReport`.

    - ``history_seconds``: the history of a room is forgotten so long after its last message; 3600. The same in all
      processes.
    - ``presence_seconds``: the members of a process that has crashed are forgotten after so long; 60.
    - ``heartbeat_seconds``: every so often Redis must answer, or the connection is made again; 10.
    - ``command_seconds``: so long an answer may take; 5.
    - ``shutdown_seconds``: so long the end waits for what is in the outbox; 2.

    Raises `ValueError` for a limit that is not above 0 and a URL of another kind, and `ImportError` without coredis.

    >>> backend = RedisBackend(prefix="shop", make_client=lambda: sentinel.primary_for("redis"))
    >>> backend.is_connected
    False
    """

    def __init__(
        self,
        url: str = "redis://localhost:6379",
        *,
        prefix: str = "asgi_websockets",
        make_client: MakeClient | None = None,
        on_report: Callable[[RedisReport], None] | None = None,
        outbox_size: int = 1000,
        outbox_bytes: int = 16 << 20,
        history_seconds: int = 3600,
        presence_seconds: float = 60,
        heartbeat_seconds: float = 10,
        command_seconds: float = 5,
        shutdown_seconds: float = 2,
    ) -> None:
        limits = {
            "outbox_size": outbox_size,
            "outbox_bytes": outbox_bytes,
            "history_seconds": history_seconds,
            "presence_seconds": presence_seconds,
            "heartbeat_seconds": heartbeat_seconds,
            "command_seconds": command_seconds,
        }
        for name, value in limits.items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}.")
        process = token_bytes(8)
        self._id = process.hex().encode()
        self._keys = RoomKeys(prefix)
        self._reporter = Reporter(on_report)
        self._command_seconds = command_seconds
        self._shutdown_seconds = shutdown_seconds
        self._deliver_to_rooms: Deliver | None = None
        self._note_gap_in_rooms: NoteGap | None = None
        self._reads: Semaphore | None = None  # none outside of run()
        self._subscriptions = Subscriptions(
            self._keys, self._id, history_seconds, self._deliver, self._note_gap, self._reporter.note_caught_up
        )
        self._outbox = Outbox(
            self._keys, process, outbox_size, outbox_bytes, history_seconds, self._subscriptions, self._reporter
        )
        self._presence = Presence(self._keys, self._id, presence_seconds, self._reporter)
        self._keeper = Keeper(
            make_client or clients_of(url, command_seconds),
            self._keys.own_channel(self._id),
            {
                "messages": self._subscriptions.take_all,
                "subscriptions": self._subscriptions.keep_up,
                "outbox": self._outbox.send_all,
                "presence": self._presence.keep_up,
            },
            self._reporter,
            command_seconds,
            heartbeat_seconds,
        )

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection now, as far as is known."""
        return self._keeper.link is not None

    def bind(self, deliver: Deliver, note_gap: NoteGap) -> None:
        """Hand what arrives to ``deliver``, and rooms of which something may be missing to ``note_gap``.

        Raises `RuntimeError` if this is another `Rooms`' already.
        """
        if self._deliver_to_rooms is not None:
            raise RuntimeError("This backend belongs to another Rooms: give each one of its own.")
        self._deliver_to_rooms = deliver
        self._note_gap_in_rooms = note_gap

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None, None]:
        """Hold the connection.

        It begins without Redis as well. At the end it waits ``shutdown_seconds`` for what is in the outbox, also when
        cancelled. Raises `RuntimeError` if it runs already.
        """
        from anyio import CancelScope, Semaphore, create_task_group, move_on_after

        if self._reads is not None:
            raise RuntimeError("This backend runs already: enter 'async with rooms:' once, in the lifespan.")
        self._reads = Semaphore(READS_AT_ONCE)
        self._keeper.has_tried = False
        failure: Exception | None = None
        # Who is cancelled is cancelled here as well, and what is in the outbox still needs the connection.
        kept = CancelScope(shield=True)

        async def keep() -> None:
            with kept:
                await self._keeper.run()

        try:
            self._outbox.begin()
            async with create_task_group() as tasks:
                tasks.start_soon(keep)
                try:
                    with move_on_after(START_SECONDS):
                        while not self._keeper.has_tried:
                            await self._keeper.change.wait()
                    yield
                except Exception as error:  # as it is, and not in a group
                    failure = error
                finally:
                    try:
                        with move_on_after(self._shutdown_seconds, shield=True):
                            await self._finish()
                    finally:
                        kept.cancel()
        finally:
            self._reads = None
            self._outbox.end()
            self._reporter.flush()
        if failure is not None:
            raise failure

    async def publish(self, room: str, data: str | bytes, exclude: str, keep: int) -> None:
        """Put a message into the outbox; it comes back through Redis, to this process as to all.

        Raises `ValueError` if it is larger than ``outbox_bytes``, and `RuntimeError` outside of `run`.
        """
        from anyio.lowlevel import checkpoint

        self._check_running()
        await self._outbox.put(room, data, exclude, keep)
        await checkpoint()  # who publishes in a loop is no obstacle

    def subscribe(self, room: str) -> None:
        """Deliver the messages of this room from now on; `RuntimeError` outside of `run`."""
        self._check_running()
        self._subscriptions.add(room)

    def unsubscribe(self, room: str) -> None:
        """Deliver no more of them; also after the end, when members leave late."""
        self._subscriptions.remove(room)

    async def history(self, room: str, count: int, after: str | None) -> History:
        """What Redis has kept: the last messages, or those after one, of at most 2 MiB.

        If the room was subscribed to, Redis has confirmed that before it is asked, and what it answers has been
        delivered as far as it came after that. Incomplete and empty if Redis does not answer within
        ``command_seconds``. Raises `RuntimeError` outside of `run`.
        """
        from anyio import move_on_after

        reads = self._check_running()
        found: History | None = None
        with move_on_after(self._command_seconds):
            link = await self._wait_for(room)
            async with reads:
                found = await read_history(link, self._keys.history(room), room, count, after)
            subscription = self._subscriptions[room]
            if found is not None and found.messages and subscription is not None:
                await subscription.wait_until_passed(found.messages[-1].id.encode())
        return found or History((), is_complete=False)

    def enter(self, room: str, member: str, info: str) -> None:
        """Make a member known; `RuntimeError` outside of `run`."""
        self._check_running()
        self._presence.enter(room, member, info)

    def leave(self, room: str, member: str) -> None:
        """Forget a member; also after the end, when members leave late."""
        self._presence.leave(room, member)

    async def members(self, room: str) -> Sequence[str]:
        """The ``info`` of all members; only of those of this process while Redis does not answer.

        Of other processes at most 2 MiB. Raises `RuntimeError` outside of `run`.
        """
        from anyio import move_on_after

        reads = self._check_running()
        others: list[bytes] = []
        link = self._keeper.link
        with move_on_after(self._command_seconds):
            if link is not None:
                async with reads:
                    keys = (self._keys.processes(room),)
                    start = self._keys.members(room, b"")
                    others = await link.ask(MEMBERS, keys, self._id, start, MOST_READ_BYTES) or []
        return (*self._presence.members(room), *(info.decode("utf-8", "surrogatepass") for info in others))

    async def _wait_for(self, room: str) -> Link:
        """Until there is a link, and the room is subscribed to if it shall be."""
        while True:
            subscription, link = self._subscriptions[room], self._keeper.link
            if link is None:
                await self._keeper.change.wait()
            elif subscription is not None and not subscription.is_live:
                await subscription.change.wait()
            else:
                return link

    async def _finish(self) -> None:
        await self._outbox.wait_until_empty()
        if self._keeper.link is not None:
            with suppress(Exception):  # it has ended the link, which is reported; what it left there expires
                await self._presence.withdraw(self._keeper.link)

    def _check_running(self) -> Semaphore:
        if self._reads is None:
            raise RuntimeError("The connection with Redis is not kept up: enter 'async with rooms:' in the lifespan.")
        return self._reads

    def _deliver(self, message: RoomMessage) -> None:
        assert self._deliver_to_rooms is not None, "bind() comes first."
        try:
            self._deliver_to_rooms(message)
        except Exception:  # it must not cost the others their connection
            logger.exception("A message could not be delivered in this process.")

    def _note_gap(self, room: str) -> None:
        assert self._note_gap_in_rooms is not None, "bind() comes first."
        self._reporter.note_gap(room)
        self._note_gap_in_rooms(room)
