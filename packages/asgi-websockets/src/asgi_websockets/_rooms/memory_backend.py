"""The rooms of one process: everything in memory, delivered at once."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from sys import getsizeof
from typing import Final

from .room_backend import Deliver, History, NoteGap
from .room_message import RoomMessage

OVERHEAD: Final = 1200
"""Bytes that a message takes in the history beyond its data and the name of its room, if it is the room's only one."""


class MemoryBackend:
    """Carries messages within one process; needs nothing, and forgets everything when the process ends.

    All histories together keep at most about ``max_history_bytes``, by default 64 MiB: the oldest messages of all go
    first, whatever their room, since clients may choose the names of rooms. Raises `ValueError` if that is negative.

    >>> MemoryBackend(max_history_bytes=1024 * 1024)
    MemoryBackend(max_history_bytes=1048576)
    """

    def __init__(self, max_history_bytes: int = 64 * 1024 * 1024) -> None:
        from secrets import token_hex  # not needed to answer a request

        if max_history_bytes < 0:
            raise ValueError(f"max_history_bytes is a number of bytes: it cannot be {max_history_bytes}.")
        self._max_history_bytes = max_history_bytes
        self._prefix = token_hex(4)  # an id of another process must not look like one of this
        self._deliver: Deliver | None = None
        self._count = 0
        self._histories: dict[str, deque[RoomMessage]] = {}
        self._kept: OrderedDict[str, RoomMessage] = OrderedDict()  # those of all rooms by id, the oldest first
        self._kept_bytes = 0
        self._members: dict[str, dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(max_history_bytes={self._max_history_bytes})"

    def bind(self, deliver: Deliver, note_gap: NoteGap) -> None:  # noqa: ARG002 - nothing is lost here
        """Hand what is published to ``deliver``; `RuntimeError` if this is another `Rooms`' already."""
        if self._deliver is not None:
            raise RuntimeError("This backend belongs to another Rooms: give each one of its own.")
        self._deliver = deliver

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None, None]:
        """Nothing: memory needs no connection, and works outside of this as well."""
        yield

    async def publish(self, room: str, data: str | bytes, exclude: str, keep: int) -> None:
        """Deliver a message now, and then let others have a turn, so that who publishes in a loop is no obstacle."""
        from anyio.lowlevel import checkpoint

        assert self._deliver is not None, "bind() comes first."
        self._count += 1
        message = RoomMessage(room, data, f"{self._prefix}-{self._count}", exclude)
        if keep:
            self._keep(message, keep)
        self._deliver(message)
        await checkpoint()

    def subscribe(self, room: str) -> None:
        """Nothing: what is published is delivered."""

    def unsubscribe(self, room: str) -> None:
        """Nothing."""

    async def history(self, room: str, count: int, after: str | None) -> History:
        """The last messages, or those after one; incomplete if that one is not among those that are kept."""
        kept = self._histories.get(room, ())
        first = max(len(kept) - count, 0)
        if after is None:
            return History(tuple(islice(kept, first, None)))
        for index, message in enumerate(kept):
            if message.id == after:
                return History(tuple(islice(kept, max(first, index + 1), None)), first <= index + 1)
        return History(tuple(islice(kept, first, None)), is_complete=False)

    def enter(self, room: str, member: str, info: str) -> None:
        """Make a member known."""
        self._members.setdefault(room, {})[member] = info

    def leave(self, room: str, member: str) -> None:
        """Forget a member."""
        members = self._members.get(room, {})
        members.pop(member, None)
        if not members:
            self._members.pop(room, None)

    async def members(self, room: str) -> Sequence[str]:
        """The ``info`` of all members, in the order in which they came."""
        return tuple(self._members.get(room, {}).values())

    def _keep(self, message: RoomMessage, keep: int) -> None:
        history = self._histories.setdefault(message.room, deque())
        history.append(message)
        self._kept[message.id] = message
        self._kept_bytes += _size(message)
        while len(history) > keep:
            self._forget(history[0])
        while self._kept_bytes > self._max_history_bytes:
            self._forget(next(iter(self._kept.values())))

    def _forget(self, oldest: RoomMessage) -> None:
        history = self._histories[oldest.room]
        history.popleft()
        if not history:
            del self._histories[oldest.room]
        del self._kept[oldest.id]
        self._kept_bytes -= _size(oldest)


def _size(message: RoomMessage) -> int:
    return getsizeof(message.data) + getsizeof(message.room) + OVERHEAD
