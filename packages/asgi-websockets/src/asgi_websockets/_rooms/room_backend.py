"""What carries the messages of rooms: the interface between `Rooms` and memory, Redis, or anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from .room_message import RoomMessage

Deliver = Callable[[RoomMessage], None]
"""Hands a message to all members in this process; never waits, never raises."""

NoteGap = Callable[[str], None]
"""Notes that the members of a room in this process may have missed something; never waits, never raises."""


class History(NamedTuple):
    """Messages of a room that were kept, the oldest first.

    ``is_complete`` is False if something may be missing: between ``after`` and the first of them, or because the
    backend could not be asked.
    """

    messages: Sequence[RoomMessage]
    is_complete: bool = True


class RoomBackend(Protocol):
    """Carries messages from whoever publishes to every process that has members in the room.

    A backend gives the messages of a room to all in one order, and those of one publisher in the order in which it
    published them. What is no coroutine here does not wait: it notes what is wanted, and a backend that needs the
    network does it as soon as it can. No method raises because the network is down.
    """

    def bind(self, deliver: Deliver, note_gap: NoteGap) -> None:
        """Hand what arrives to ``deliver``, and what may have been lost to ``note_gap``; called before all else."""
        ...

    def run(self) -> AbstractAsyncContextManager[None]:
        """Hold what the backend needs, such as its connections; a backend may ask to be used inside it only."""
        ...

    async def publish(self, room: str, data: str | bytes, exclude: str, keep: int) -> None:
        """Send a message to all members but the one with the id ``exclude``; the room's history keeps ``keep``."""
        ...

    def subscribe(self, room: str) -> None:
        """Deliver the messages of this room from now on: it has its first member here."""
        ...

    def unsubscribe(self, room: str) -> None:
        """Deliver no more of them: the last member here has left."""
        ...

    async def history(self, room: str, count: int, after: str | None) -> History:
        """The last ``count`` messages, or all that are kept after the one with the id ``after``, at most ``count``.

        Of a room that is subscribed to nothing is lost between the two: what was published before the answer has been
        delivered by then, and what comes later is delivered.
        """
        ...

    def enter(self, room: str, member: str, info: str) -> None:
        """Make a member known to all processes, with its ``info`` as JSON."""
        ...

    def leave(self, room: str, member: str) -> None:
        """Forget a member that was made known."""
        ...

    async def members(self, room: str) -> Sequence[str]:
        """The ``info`` of all members that were made known by any process, in no particular order."""
        ...
