"""The members of this process, and what Redis knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from logging import getLogger
from typing import TYPE_CHECKING, Final

from .redis_report import Reporter
from .room_keys import RoomKeys
from .scripts import PRESENCE
from .signal import Signal

if TYPE_CHECKING:
    from .link import Link

logger = getLogger("asgi_websockets")

ROOMS_AT_ONCE: Final = 256
MEMBERS_AT_ONCE: Final = 500


class Presence:
    """Notes who comes and goes, and tells Redis as soon as it can.

    Redis forgets a process that has not been heard of for ``seconds``, so all is told again every third of that. If it
    has forgotten something, or had no memory for it, which the number of members shows, the room is told from the
    beginning.
    """

    def __init__(self, keys: RoomKeys, process: bytes, seconds: float, reporter: Reporter) -> None:
        self._keys = keys
        self._process = process
        self._seconds = seconds
        self._reporter = reporter
        self._members: dict[str, dict[str, str]] = {}
        self._told: set[str] = set()  # the rooms of which Redis may know members of ours
        self._changed: dict[str, set[str]] = {}  # the members that came or went since
        self._anew: set[str] = set()  # the rooms of which Redis must be told everything
        self._is_linked = False
        self._change = Signal()

    def members(self, room: str) -> Sequence[str]:
        """The infos of the members of this process."""
        return tuple(self._members.get(room, {}).values())

    def enter(self, room: str, member: str, info: str) -> None:
        """Note a member that has come."""
        self._members.setdefault(room, {})[member] = info
        self._note_change(room, member)

    def leave(self, room: str, member: str) -> None:
        """Note a member that has gone."""
        members = self._members.get(room, {})
        if members.pop(member, None) is None:
            return
        if not members:
            del self._members[room]
        self._note_change(room, member)

    async def keep_up(self, link: Link) -> None:
        """Tell Redis everything, each change, and everything again in time, for as long as the link lasts."""
        from anyio import current_time, move_on_after

        self._changed.clear()
        self._anew = self._told | self._members.keys()
        self._is_linked = True
        try:
            refresh = current_time() + self._seconds / 3
            while True:
                await self._tell_all(link)
                link.note_ready("presence")
                with move_on_after(refresh - current_time()):
                    while not self._changed:
                        await self._change.wait()
                if self._is_linked and current_time() >= refresh:
                    refresh = current_time() + self._seconds / 3
                    for room in self._members:
                        self._changed.setdefault(room, set())
        finally:
            self._is_linked = False
            self._changed.clear()
            self._anew.clear()

    async def withdraw(self, link: Link) -> None:
        """Take all members back, but go on knowing them."""
        self._is_linked = False
        self._changed.clear()
        self._anew.clear()
        rooms = tuple(self._told)
        for start in range(0, len(rooms), ROOMS_AT_ONCE):
            requests = [self._send(link, room, [], is_all=True) for room in rooms[start : start + ROOMS_AT_ONCE]]
            for request in requests:
                await link.answer(request)
        self._told.clear()

    async def _tell_all(self, link: Link) -> None:
        while self._anew or self._changed:
            rooms = tuple(islice(self._anew, ROOMS_AT_ONCE))
            requests = [request for room in rooms for request in self._send_anew(link, room)]
            for request in requests:
                await self._count(link, request)
            self._forget(rooms)
            await self._tell_changes(link)

    async def _tell_changes(self, link: Link) -> None:
        requests: list[tuple[str, int, object]] = []
        for room in tuple(islice(self._changed, ROOMS_AT_ONCE)):
            names = self._changed.pop(room)
            if len(names) > MEMBERS_AT_ONCE:
                self._anew.add(room)
                continue
            expected = len(self._members.get(room, {}))
            requests.append((room, expected, self._send(link, room, names)))
        for room, expected, request in requests:
            if await self._count(link, request) not in (expected, None):
                self._anew.add(room)
            else:
                self._forget([room])

    def _send_anew(self, link: Link, room: str) -> Iterator[object]:
        self._anew.discard(room)
        self._changed.pop(room, None)
        names = tuple(self._members.get(room, {}))
        for start in range(0, max(len(names), 1), MEMBERS_AT_ONCE):
            yield self._send(link, room, names[start : start + MEMBERS_AT_ONCE], is_all=not start)

    def _forget(self, rooms: Iterable[str]) -> None:
        """Redis knows no members of these rooms any more, if there are none."""
        self._told.difference_update(room for room in rooms if room not in self._members and room not in self._changed)

    def _send(self, link: Link, room: str, names: Sequence[str] | set[str], is_all: bool = False) -> object:
        members = self._members.get(room, {}) if names else {}
        arguments: list[bytes] = []
        for name in names:
            info = members.get(name)
            sign = b"-" if info is None else b"+"
            arguments += (sign, *(text.encode("utf-8", "surrogatepass") for text in (name, info or "")))
        self._told.add(room)
        keys = self._keys.processes(room), self._keys.members(room, self._process)
        return link.call(PRESENCE, keys, self._process, int(self._seconds * 1000), int(is_all), *arguments)

    async def _count(self, link: Link, request: object) -> int | None:
        """How many members Redis knows now; None if trying again makes no sense before the next refresh."""
        from coredis.exceptions import WrongTypeError

        try:
            count = int(await link.answer(request))
        except WrongTypeError as error:
            logger.error("The keys of a room's members are taken by something else: %s", error)
            return None
        if count < 0:
            self._reporter.note_write(False)
            return None
        return count

    def _note_change(self, room: str, member: str) -> None:
        if self._is_linked:
            self._changed.setdefault(room, set()).add(member)
            self._change.notify()
