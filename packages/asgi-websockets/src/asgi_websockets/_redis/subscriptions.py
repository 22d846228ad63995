"""The rooms of this process, and which of them a link is subscribed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from .._rooms.room_message import RoomMessage
from .link import DELIVERED_AT_ONCE
from .room_keys import RoomKeys
from .scripts import CATCH_UP, MARK
from .signal import Signal
from .subscription import Subscription

if TYPE_CHECKING:
    from .link import Link

ROOMS_AT_ONCE: Final = 256
ROOMS_CAUGHT_UP_AT_ONCE: Final = 16
MOST_MISSED: Final = 1000
MOST_MISSED_BYTES: Final = 1 << 20
"""Of one room. All rooms of a batch stay well below 32 MB, with which Redis breaks off a subscriber's connection."""


class Subscriptions:
    """Knows what is wanted at once, and makes the link the same as soon as it can."""

    def __init__(
        self,
        keys: RoomKeys,
        process: bytes,
        mark_seconds: int,
        deliver: Callable[[RoomMessage], None],
        note_gap: Callable[[str], None],
        note_caught_up: Callable[[int], None],
    ) -> None:
        self._keys = keys
        self._marks = keys.mark(), keys.own_mark(process)
        self._mark_seconds = mark_seconds
        self._deliver = deliver
        self._note_gap = note_gap
        self._note_caught_up = note_caught_up
        self._wanted: dict[str, Subscription] = {}
        self._by_channel: dict[bytes, Subscription] = {}
        self._on_link: dict[str, Subscription] | None = None  # none while there is no link
        self._changed: dict[str, None] = {}
        self._change = Signal()
        self._asked = Signal()

    def __getitem__(self, room: str) -> Subscription | None:
        return self._wanted.get(room)

    def add(self, room: str) -> None:
        """Want the messages of a room."""
        if room not in self._wanted:
            subscription = self._wanted[room] = Subscription(
                room, self._deliver, self._note_gap, was_away=self._on_link is None
            )
            self._by_channel[self._keys.channel(room)] = subscription
            self._note_change(room)

    def remove(self, room: str) -> None:
        """Want them no longer."""
        if subscription := self._wanted.pop(room, None):
            del self._by_channel[self._keys.channel(room)]
            subscription.hold()
            self._asked.notify()
            self._note_change(room)

    def is_asked_for(self, room: str) -> bool:
        """Whether a link has been sent what is wanted: what is sent on it now comes after that."""
        wanted = self._wanted.get(room)
        return wanted is None or (self._on_link is not None and self._on_link.get(room) is wanted)

    async def wait_until_asked_for(self, room: str) -> None:
        """Until `is_asked_for`."""
        while not self.is_asked_for(room):
            await self._asked.wait()

    async def take_all(self, link: Link) -> None:
        """Deliver what comes, for as long as the link lasts."""
        link.note_ready("messages")
        await link.read_messages(self._take)

    async def keep_up(self, link: Link) -> None:
        """Subscribe to what is wanted, catch up, and follow each change, for as long as the link lasts."""
        from anyio import current_time, move_on_after

        self._on_link = {}
        self._changed = dict.fromkeys(self._wanted)
        next_mark = 0.0
        try:
            while True:
                while not self._changed:
                    if current_time() >= next_mark:
                        await link.answer(link.call(MARK, (), *self._marks, token_bytes(8), self._mark_seconds))
                        next_mark = current_time() + self._mark_seconds / 3
                        continue
                    link.note_ready("subscriptions")
                    with move_on_after(next_mark - current_time()):
                        await self._change.wait()
                rooms = self._next_rooms()
                for room in rooms:
                    del self._changed[room]
                await self._adjust(link, rooms, self._on_link)
        finally:
            self._on_link = None
            self._changed.clear()
            for subscription in self._wanted.values():
                subscription.hold()

    def _next_rooms(self) -> tuple[str, ...]:
        """Rooms that have changed, as many as one step takes; one that may have to catch up counts for many."""
        rooms: list[str] = []
        weight = 0
        for room in self._changed:
            rooms.append(room)
            subscription = self._wanted.get(room)
            weight += ROOMS_AT_ONCE // ROOMS_CAUGHT_UP_AT_ONCE if subscription and subscription.position else 1
            if weight >= ROOMS_AT_ONCE:
                break
        return tuple(rooms)

    async def _adjust(self, link: Link, rooms: tuple[str, ...], on_link: dict[str, Subscription]) -> None:
        left = [room for room in rooms if room in on_link and room not in self._wanted]
        for room in left:
            del on_link[room]
        if left:
            link.unsubscribe(map(self._keys.channel, left))
        joined = [room for room in rooms if room in self._wanted and on_link.get(room) is not self._wanted[room]]
        if not joined:
            return
        link.subscribe(map(self._keys.channel, joined))
        requests: list[tuple[Subscription, object]] = []
        for room in joined:
            subscription = on_link[room] = self._wanted[room]
            keys = (self._keys.history(room),)
            request = link.call(CATCH_UP, keys, subscription.position, MOST_MISSED, MOST_MISSED_BYTES, *self._marks)
            requests.append((subscription, request))
        self._asked.notify()
        for subscription, request in requests:
            last_id, is_whole, missed = await link.answer(request)
            await self._settle(subscription, subscription.settle(last_id, missed, bool(is_whole)))

    async def _settle(self, subscription: Subscription, steps: Iterator[bool]) -> None:
        from anyio.lowlevel import checkpoint

        count = 0
        # The room may be left meanwhile, and even be joined again by somebody who was not there before.
        while self._wanted.get(subscription.room) is subscription and (is_new := next(steps, None)) is not None:
            self._note_caught_up(int(is_new))
            count += 1
            if count % DELIVERED_AT_ONCE == 0:
                await checkpoint()

    def _take(self, channel: bytes, content: bytes) -> None:
        if subscription := self._by_channel.get(channel):
            subscription.take(content)

    def _note_change(self, room: str) -> None:
        if self._on_link is not None:
            self._changed[room] = None
            self._change.notify()
