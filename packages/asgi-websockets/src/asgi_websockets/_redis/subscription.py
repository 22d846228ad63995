"""A room that is subscribed to: how far it was seen, and what is to be delivered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from logging import getLogger
from typing import Final

from .._rooms.room_message import RoomMessage
from .payload import Payload
from .signal import Signal

logger = getLogger("asgi_websockets")

PROCESSES_REMEMBERED: Final = 256
"""Of so many publishers a room knows the last message; each takes some hundred bytes."""

MOST_HELD: Final = 1000


class Subscription:
    """Delivers each message once and in order, from the channel and from the history.

    While it is not known what was missed, messages of the channel are held: they are newer.

    Ids order the messages of a room. But whether one was seen is told by its number: a Redis that has lost its data may
    give lower ids than before, and a message that is sent again after that gets another id.
    """

    def __init__(
        self, room: str, deliver: Callable[[RoomMessage], None], note_gap: Callable[[str], None], was_away: bool = False
    ) -> None:
        self.room = room
        self.position = b""  # the id of the last message, or empty as long as that is not known
        self.is_live = False
        self.change = Signal()
        self._deliver = deliver
        self._note_gap = note_gap
        self._was_away = was_away  # without a link, when others may have published something
        self._is_cut = False  # what is held
        self._held: deque[tuple[bytes, bytes]] = deque(maxlen=MOST_HELD)
        self._numbers: dict[bytes, int] = {}
        self._has_warned = False

    def take(self, content: bytes) -> None:
        """What has come from the channel: an id, a space and a message."""
        key, _, message = content.partition(b" ")
        try:
            sort_key(key)
        except ValueError:
            self._warn()
            return
        if self.is_live:
            self._pass_on(key, message)
            self.change.notify()
        else:
            self._is_cut = self._is_cut or len(self._held) == MOST_HELD
            self._held.append((key, message))

    def settle(self, last_id: bytes, missed: Iterable[tuple[bytes, bytes]], is_whole: bool = True) -> Iterator[bool]:
        """Deliver what was missed and what is held, one message at a step, which tells whether it was a missed one.

        Unless ``is_whole``, something else may have been missed, which is noted before.

        At the first time nothing was missed, and of what is held some may be from before. What comes meanwhile is held
        as well and delivered at the end, so whoever takes the steps may let others have a turn between them.
        """
        found = dict(missed)
        if self._was_away and not is_whole:
            self._note_gap(self.room)
        if not self.position:
            self.position = last_id
            newer = [(key, message) for key, message in self._held if sort_key(key) > sort_key(last_id)]
            self._held.clear()
            self._held.extend(newer)
        latest = last_id
        while found or self._held:
            if self._is_cut:
                self._is_cut = False
                self._note_gap(self.room)
            held = dict(self._held)
            self._held.clear()
            found |= held
            for key in sorted(found, key=sort_key):
                yield self._pass_on(key, found[key]) and key not in held
                latest = max(latest, key, key=sort_key)
            found = {}
        self.position = latest
        self.is_live = True
        self.change.notify()

    async def wait_until_passed(self, key: bytes) -> None:
        """Until the message with this id has been delivered, or the connection is lost."""
        while self.is_live and sort_key(self.position) < sort_key(key):
            await self.change.wait()

    def hold(self) -> None:
        """The connection is lost: what comes next is not the next message."""
        self.is_live = False
        self._was_away = True
        self._is_cut = False
        self._held.clear()
        self.change.notify()

    def _pass_on(self, key: bytes, content: bytes) -> bool:
        try:
            payload = Payload.decode(content)
        except ValueError:
            self._warn()
            return False
        self.position = key
        known = self._numbers.pop(payload.process, 0)
        self._numbers[payload.process] = max(known, payload.number)
        if payload.number <= known:
            return False
        if len(self._numbers) > PROCESSES_REMEMBERED:
            del self._numbers[next(iter(self._numbers))]
        self._deliver(RoomMessage(self.room, payload.data, key.decode(), payload.exclude))
        return True

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("What was published to the room %r is no message: is the prefix somebody else's?", self.room)


def sort_key(key: bytes) -> tuple[int, int]:
    """By which the ids of one stream are in order; `ValueError` if it is none.

    >>> sorted([b"10-0", b"9-10", b"9-2"], key=sort_key)
    [b'9-2', b'9-10', b'10-0']
    """
    time, dash, count = key.partition(b"-")
    if not (dash and time.isdigit() and count.isdigit() and len(key) <= 41):
        raise ValueError("It is no id of a stream.")
    return int(time), int(count)
