"""One who is in a room, with a queue of its own, so that nobody waits for anybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import takewhile
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypedDict, get_args

from .room_message import RoomMessage

if TYPE_CHECKING:
    from anyio import Event

    from .room import Room

Overflow = Literal["disconnect", "drop_oldest", "drop_newest"]
"""What happens to a member for whom more messages wait than its queue holds."""


class MemberOptions(TypedDict, total=False):
    """What `Room.join` and `Room.connect` take beyond the ``info``."""

    history: int
    after: str | None
    queue_size: int
    overflow: Overflow


class Member:
    """A place in a room, which `Room.join` gives: enter it with ``with``, and iterate over what is sent to the room.

    ``id`` is its name among all members of all processes, and ``info`` what it is known by to the others. ``dropped``
    is how many messages it has not been given because its queue was full. ``has_gap`` says that it may have missed
    something: messages that were dropped, or some between ``after`` and what the history still has; a page then loads
    its state anew.

    The iteration ends when the member leaves, when the `Rooms` close, and with ``overflow="disconnect"``
    when it was too slow, after what waits for it; ``is_overrun`` tells that.
    """

    def __init__(
        self,
        room: Room,
        info: Any,
        *,
        history: int = 0,
        after: str | None = None,
        queue_size: int | None = None,
        overflow: Overflow | None = None,
    ) -> None:
        from secrets import token_hex  # not needed to answer a request

        queue_size = room.rooms.queue_size if queue_size is None else queue_size
        overflow = room.rooms.overflow if overflow is None else overflow
        check_queue(queue_size, overflow)
        if history < 0:
            raise ValueError(f"history is a number of messages: it cannot be {history}.")
        self.room = room
        self.info = info
        self.id: str = token_hex(8)
        self.dropped: int = 0
        self.has_gap: bool = False
        self.is_overrun: bool = False
        self._wanted = (history or room.rooms.history, after or None) if history or after else None
        self._queue_size = queue_size
        self._overflow: Overflow = overflow
        self._queue: deque[RoomMessage] = deque()
        self._replay: deque[RoomMessage] = deque()
        self._replayed_ids: frozenset[str] = frozenset()
        self._shifted: str | None = None  # the id of what left the queue last, before the history was read
        self._is_in = False
        self._has_ended = False
        self._change: Event | None = None
        self._on_overrun: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        if self._is_in or self._has_ended:
            raise RuntimeError("A member enters its room once: join() the room again for another one.")
        self.room.rooms.add(self)
        self._is_in = True
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Leave the room, and end the iteration after what waits; a second call does nothing."""
        self.end()
        self.room.rooms.remove(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RoomMessage:
        if not self._is_in:
            raise RuntimeError("Messages come to who is in the room: iterate inside of 'with room.join() as member:'.")
        if self._wanted is not None:
            if not self._has_ended:
                await self._ask_history(*self._wanted)
            elif self._shifted is not None:
                self.has_gap = True
            self._wanted = None
        while True:
            if self._replay:
                return self._replay.popleft()
            while self._queue:
                message = self._queue.popleft()
                if message.id not in self._replayed_ids:
                    self._replayed_ids = frozenset()  # the queue has the order of the history: the replay is past
                    return message
            if self._has_ended:
                raise StopAsyncIteration
            from anyio import Event

            self._change = self._change or Event()
            await self._change.wait()

    def offer(self, message: RoomMessage) -> bool:
        """Put a message into the queue, or do what ``overflow`` says if that is full; whether it is in the queue."""
        if message.exclude == self.id:
            return False
        if len(self._queue) >= self._queue_size:
            if self._wanted is not None:  # what goes now is in the history that is still to be read
                self._shifted = self._queue.popleft().id
            elif not self._make_space():
                return False
        self._queue.append(message)
        self._tell()
        return True

    def end(self) -> None:
        """End the iteration after what waits."""
        self._has_ended = True
        self._tell()

    def call_on_overrun(self, function: Callable[[], None]) -> None:
        """Call ``function`` at once when this member turns out to be too slow, or if it has."""
        self._on_overrun = function
        if self.is_overrun:
            function()

    def _make_space(self) -> bool:
        self.has_gap = True
        if self._overflow == "disconnect":
            self.is_overrun = True
            self.room.rooms.count_disconnected()
            if self._on_overrun is not None:
                self._on_overrun()
            self.leave()
            return False
        self.dropped += 1
        self.room.rooms.count_dropped()
        if self._overflow == "drop_newest":
            return False
        self._queue.popleft()
        return True

    async def _ask_history(self, count: int, after: str | None) -> None:
        history = await self.room.rooms.backend.history(self.room.name, count, after)
        self.has_gap = self.has_gap or not history.is_complete
        told = {message.id for message in history.messages}
        waiting = {message.id for message in self._queue}
        if self._shifted is not None and self._shifted not in told and told.isdisjoint(waiting):
            self.has_gap = True  # the history does not reach up to what waits
        past = tuple(takewhile(lambda message: message.id not in waiting, history.messages))
        self._replay.extend(message for message in past if message.exclude != self.id)
        # What has waited leaves the queue to what comes while all this is read.
        self._replay.extend(self._queue)
        self._queue.clear()
        if not waiting:  # else all that is still to come is newer than the history
            self._replayed_ids = frozenset(message.id for message in past)

    def _tell(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None


def check_queue(queue_size: int, overflow: str) -> None:
    """Raise `ValueError` for a queue that could hold nothing, and for an unknown ``overflow``."""
    if queue_size < 1:
        raise ValueError(f"No message could ever wait for a member: queue_size is at least 1, not {queue_size}.")
    if overflow not in get_args(Overflow):
        raise ValueError(f"Unknown overflow {overflow!r}: use 'disconnect', 'drop_oldest' or 'drop_newest'.")
