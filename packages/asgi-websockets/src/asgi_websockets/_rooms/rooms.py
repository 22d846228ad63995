"""All rooms of an application: who is in which one in this process, and what carries messages to the others."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from asgi_types.json_codec import JSONCodec, standard_codec, unicode_text

from .member import Member, Overflow, check_queue
from .memory_backend import MemoryBackend
from .room import Room
from .room_backend import RoomBackend
from .room_message import RoomMessage
from .room_message_error import RoomMessageError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


MAX_INFO: Final = 4096
"""Bytes of JSON that members are listed with: all members of a room are listed at once."""


class RoomsStats(NamedTuple):
    """What goes on in the `Rooms` of this process: how many there are now, and what has happened since it began."""

    rooms: int
    """Rooms with a member."""
    members: int
    delivered: int
    """Messages that came to members' queues, each counted once for each member."""
    dropped: int
    """Messages that were left out for members with a full queue."""
    disconnected: int
    """Members who were disconnected because they were too slow."""


class Rooms:
    """Rooms by name: ``rooms["lobby"]`` is a `Room`, whoever is in it, and whether anybody is.

    ``backend`` carries messages: by default it is a `MemoryBackend`, for one process. With
    `asgi_websockets.redis.RedisBackend` the rooms are those of all processes that use the same Redis, and the `Rooms`
    have to be entered for as long as the application runs, in its lifespan: ``async with rooms: yield``. Then every
    member leaves at the end.

    ``history`` is how many of the last messages of a room are kept, by default 50, for those who join with ``history``
    or ``after``, and to catch up after a backend was lost. ``queue_size`` is how many messages may wait for one
    member, by default 64, and ``overflow`` is what happens to a member with more:

    - ``"disconnect"``, the default, ends its membership; see `Room.connect` and `Member`.
    - ``"drop_oldest"`` and ``"drop_newest"`` leave out the message that has waited longest, or the new one: for states
      of which the last one counts, or where a gap is better than a delay.

    ``max_message_size`` is how many bytes a message to a room may have, by default 64 KiB, since many may be kept.
    ``json_codec`` is how JSON is written and read. Rooms belong to one event loop.

    Raises `ValueError` for a negative ``history``, a ``queue_size`` below 1 and an unknown ``overflow``.

    >>> Rooms(history=10)["lobby"]
    Room('lobby')
    """

    def __init__(
        self,
        backend: RoomBackend | None = None,
        *,
        history: int = 50,
        queue_size: int = 64,
        overflow: Overflow = "disconnect",
        max_message_size: int = 64 * 1024,
        json_codec: JSONCodec = standard_codec,
    ) -> None:
        if history < 0:
            raise ValueError(f"history is a number of messages: it cannot be {history}.")
        check_queue(queue_size, overflow)
        self.backend: RoomBackend = MemoryBackend() if backend is None else backend
        self.history = history
        self.queue_size = queue_size
        self.overflow: Overflow = overflow
        self.max_message_size = max_message_size
        self.json_codec = json_codec
        self._members: dict[str, dict[str, Member]] = {}
        self._listed: set[str] = set()  # the ids of those that the backend knows of
        self._delivered = 0
        self._dropped = 0
        self._disconnected = 0
        self._running: AbstractAsyncContextManager[None] | None = None
        self.backend.bind(self.deliver, self.note_gap)

    def __getitem__(self, name: str) -> Room:
        return Room(self, name)

    @property
    def stats(self) -> RoomsStats:
        """What goes on in this process, to be looked at from time to time."""
        members = sum(map(len, self._members.values()))
        return RoomsStats(len(self._members), members, self._delivered, self._dropped, self._disconnected)

    async def __aenter__(self) -> Self:
        if self._running is not None:
            raise RuntimeError("These Rooms are entered already: do it once, in the lifespan of the application.")
        running = self.backend.run()
        await running.__aenter__()
        self._running = running
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        running, self._running = self._running, None
        try:
            with ExitStack() as stack:  # so that one that fails does not keep the others
                for members in self._members.values():
                    for member in members.values():
                        stack.callback(member.leave)
        finally:
            if running is not None:
                await running.__aexit__(exc_type, exc, traceback)

    async def publish(self, room: str, data: str | bytes, exclude: Member | None) -> None:
        """Send text or bytes to a room; see `Room.broadcast_text`."""
        if _size(data) > self.max_message_size:
            raise RoomMessageError(413, 1009, f"A message to a room has at most {self.max_message_size} bytes.")
        await self.backend.publish(room, data, "" if exclude is None else exclude.id, self.history)

    def deliver(self, message: RoomMessage) -> None:
        """Put a message into the queues of the members in this process; what a backend calls."""
        for member in tuple(self._members.get(message.room, {}).values()):
            try:
                self._delivered += member.offer(message)
            except Exception:  # of a backend that cannot let a member go who is too slow
                from logging import getLogger  # slow to import, and hardly ever needed

                getLogger("asgi_websockets").exception("A member of the room %r could not leave.", message.room)

    def note_gap(self, room: str) -> None:
        """Note that the members of a room in this process may have missed something; what a backend calls."""
        for member in self._members.get(room, {}).values():
            member.has_gap = True

    def add(self, member: Member) -> None:
        """Take a member in."""
        name = member.room.name
        info = None if member.info is None else self.encode(member.info)
        if info is not None and len(info.encode()) > MAX_INFO:
            raise ValueError(f"The info of a member has at most {MAX_INFO} bytes of JSON, not {len(info.encode())}.")
        if name not in self._members:
            self.backend.subscribe(name)
        self._members.setdefault(name, {})[member.id] = member
        if info is not None:
            self._listed.add(member.id)
            try:
                self.backend.enter(name, member.id, info)
            except BaseException:
                self.remove(member)
                raise

    def remove(self, member: Member) -> None:
        """Let a member go; nothing if it has gone."""
        name = member.room.name
        members = self._members.get(name, {})
        if members.pop(member.id, None) is None:
            return
        if not members:
            del self._members[name]
        try:
            if member.id in self._listed:
                self._listed.discard(member.id)
                self.backend.leave(name, member.id)
        finally:
            if not members:
                self.backend.unsubscribe(name)

    def count_dropped(self) -> None:
        """Note that a message was left out for a member."""
        self._dropped += 1

    def count_disconnected(self) -> None:
        """Note that a member was too slow."""
        self._disconnected += 1

    def encode(self, value: Any) -> str:
        """A value as JSON text."""
        return unicode_text(self.json_codec.encode(value))


def _size(data: str | bytes) -> int:
    if isinstance(data, bytes) or data.isascii():
        return len(data)
    try:
        return len(data.encode())
    except UnicodeEncodeError:  # sent, it would fail for each member instead of for who has sent it
        raise RoomMessageError(400, 1008, "A message to a room has to be Unicode text.") from None
