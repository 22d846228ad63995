"""What waits to be sent, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from .payload import Payload
from .room_keys import RoomKeys
from .scripts import PUBLISH
from .signal import Signal
from .subscriptions import Subscriptions

if TYPE_CHECKING:
    from anyio import Lock

    from .link import Link

BATCH_MESSAGES: Final = 100
BATCH_BYTES: Final = 1 << 20

REPEATED_WITHIN: Final = 600
"""Seconds for which Redis knows a message that is sent again; those who are subscribed know it for longer."""


class Outgoing(NamedTuple):
    """A message that waits."""

    room: str
    number: int
    keep: int
    content: bytes

    @property
    def size(self) -> int:
        """Roughly the bytes it takes."""
        return len(self.content) + len(self.room)


class Outbox:
    """At most ``most_messages`` and ``most_bytes`` of them, of which Redis has not confirmed any.

    If it is full, a new one waits while there is a link, and replaces the oldest while there is none.
    """

    def __init__(
        self,
        keys: RoomKeys,
        process: bytes,
        most_messages: int,
        most_bytes: int,
        history_seconds: int,
        subscriptions: Subscriptions,
        note_dropped: Callable[[int, str], None],
    ) -> None:
        self._keys = keys
        self._process = process
        self._process_name = process.hex().encode()
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._history_seconds = history_seconds
        self._subscriptions = subscriptions
        self._note_dropped = note_dropped
        self._waiting: deque[Outgoing] = deque()
        self._bytes = 0
        self._number = 0
        self._is_linked = False
        self._change = Signal()
        self._turn: Lock | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, room: str, data: str | bytes, exclude: str, keep: int) -> None:
        """Take a message; `ValueError` if it is larger than all that may wait."""
        # A character is at least one byte: what is too large is not encoded first.
        content = b"" if len(data) > self._most_bytes else self._encode(0, exclude, data)
        size = max(len(content), len(data)) + len(room)
        if size > self._most_bytes:
            raise ValueError(f"A message has {size} bytes, and outbox_bytes={self._most_bytes} are the most.")
        if self._is_linked and (self._is_full(size) or self._is_contended()):
            await self._wait_for_space(size)
        while self._is_full(size):
            self._take_oldest()
            self._note_dropped(1, "Redis cannot be reached, and more messages wait than may.")
        self._number += 1
        message = Outgoing(room, self._number, keep, self._encode(self._number, exclude, data))
        self._waiting.append(message)
        self._bytes += message.size
        self._change.notify()

    async def send_all(self, link: Link) -> None:
        """Send what waits, batch by batch, for as long as the link lasts."""
        self._is_linked = True
        try:
            while True:
                while not self._waiting:
                    link.note_ready("outbox")
                    await self._change.wait()
                # Who has joined a room and then says something hears it.
                await self._subscriptions.wait_until_asked_for(self._waiting[0].room)
                await self._send_batch(link)
                link.note_ready("outbox")
        finally:
            self._is_linked = False
            self._change.notify()

    async def wait_until_empty(self) -> None:
        """Until Redis has all."""
        while self._waiting:
            await self._change.wait()

    def begin(self) -> None:
        """Belong to the event loop that runs now."""
        from anyio import Lock

        self._turn = Lock()

    def end(self) -> None:
        """Drop what could not be sent."""
        if self._waiting:
            count = len(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            self._note_dropped(count, "Redis could not be reached before the end.")

    async def _send_batch(self, link: Link) -> None:
        last: dict[str, int] = {}
        requests: list[object] = []
        for message in self._next_batch():
            room = message.room
            keys = self._keys.history(room), self._keys.sent(room, self._process_name)
            arguments = message.number, last.get(room, 0), message.keep, self._history_seconds, REPEATED_WITHIN
            requests.append(link.call(PUBLISH, keys, *arguments, self._keys.channel(room), message.content))
            last[room] = message.number
        from coredis.exceptions import WrongTypeError

        for request in requests:
            try:
                await link.answer(request)
            except WrongTypeError as error:
                self._note_dropped(1, f"The keys of a room are taken by something else: {error}")
            self._take_oldest()
            self._change.notify()

    def _next_batch(self) -> Iterator[Outgoing]:
        size = 0
        for count, message in enumerate(self._waiting):
            size += message.size
            is_enough = count >= BATCH_MESSAGES or size > BATCH_BYTES
            if count and (is_enough or not self._subscriptions.is_asked_for(message.room)):
                return
            yield message

    async def _wait_for_space(self, size: int) -> None:
        assert self._turn is not None
        async with self._turn:  # one waits for space, the others for their turn
            while self._is_linked and self._is_full(size):
                await self._change.wait()

    def _encode(self, number: int, exclude: str, data: str | bytes) -> bytes:
        return Payload(self._process, number, exclude, data).encode()

    def _is_full(self, size: int) -> bool:
        return len(self._waiting) >= self._most_messages or self._bytes + size > self._most_bytes

    def _is_contended(self) -> bool:
        return self._turn is not None and self._turn.locked()

    def _take_oldest(self) -> None:
        self._bytes -= self._waiting.popleft().size
