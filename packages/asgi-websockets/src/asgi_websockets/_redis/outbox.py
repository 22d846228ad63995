"""What waits to be sent, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from .payload import Payload, with_number
from .redis_report import Reporter
from .room_keys import RoomKeys
from .scripts import PUBLISH
from .signal import Signal
from .subscriptions import Subscriptions

if TYPE_CHECKING:
    from anyio import Lock

    from .link import Link

BATCH_MESSAGES: Final = 100
BATCH_BYTES: Final = 1 << 20


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
        reporter: Reporter,
    ) -> None:
        self._keys = keys
        self._process = process
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._history_seconds = history_seconds
        self._subscriptions = subscriptions
        self._reporter = reporter
        self._waiting: deque[Outgoing] = deque()
        self._bytes = 0
        self._number = 0
        self._sent = 0  # the highest number that was ever sent, whether Redis has got it or not
        self._is_linked = False
        self._change = Signal()
        self._turn: Lock | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, room: str, data: str | bytes, exclude: str, keep: int) -> None:
        """Take a message; `ValueError` if it is larger than all that may wait."""
        # A character is at least one byte: what is too large is not encoded first.
        content = b"" if len(data) > self._most_bytes else Payload(self._process, 0, exclude, data).encode()
        size = max(len(content), len(data)) + len(room)
        if size > self._most_bytes:
            raise ValueError(f"A message has {size} bytes, and outbox_bytes={self._most_bytes} are the most.")
        if self._is_linked and (self._is_full(size) or self._is_contended()):
            await self._wait_for_space(size)
        while self._is_full(size):
            self._take_oldest()
            self._reporter.note_dropped(1, "Redis cannot be reached, and more messages wait than may.")
        self._number += 1
        message = Outgoing(room, self._number, keep, with_number(content, self._number))
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
            self._reporter.note_dropped(count, "Redis could not be reached before the end.")

    async def _send_batch(self, link: Link) -> None:
        from coredis.exceptions import WrongTypeError

        rooms: dict[str, list[Outgoing]] = {}
        last = 0
        for message in self._next_batch():
            rooms.setdefault(message.room, []).append(message)
            last = message.number
        requests = [(room, self._send(link, room, messages)) for room, messages in rooms.items()]
        self._sent = max(self._sent, last)
        try:
            for room, request in requests:
                try:
                    self._reporter.note_write(bool(await link.answer(request)))
                except WrongTypeError as error:
                    reason = f"The keys of a room are taken by something else: {error}"
                    self._reporter.note_dropped(len(rooms[room]), reason)
                del rooms[room]
        finally:
            self._keep_only(last, [message for messages in rooms.values() for message in messages])
            self._change.notify()

    def _send(self, link: Link, room: str, messages: list[Outgoing]) -> object:
        # The answer may have been lost with the last link.
        process = self._process if messages[0].number <= self._sent else b""
        arguments: list[bytes | int] = []
        for message in messages:
            arguments += (message.number, message.keep, message.content)
        names = self._keys.channel(room), self._keys.mark()
        return link.call(PUBLISH, (self._keys.history(room),), self._history_seconds, *names, process, *arguments)

    def _keep_only(self, last: int, left: list[Outgoing]) -> None:
        """Of the messages up to the number ``last``, only ``left`` go on waiting."""
        while self._waiting and self._waiting[0].number <= last:
            self._take_oldest()
        for message in sorted(left, key=lambda message: message.number, reverse=True):
            self._waiting.appendleft(message)
            self._bytes += message.size

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

    def _is_full(self, size: int) -> bool:
        return len(self._waiting) >= self._most_messages or self._bytes + size > self._most_bytes

    def _is_contended(self) -> bool:
        return self._turn is not None and self._turn.locked()

    def _take_oldest(self) -> None:
        self._bytes -= self._waiting.popleft().size
