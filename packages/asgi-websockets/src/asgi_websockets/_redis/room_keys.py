"""From the name of a room to the names in Redis."""

from __future__ import annotations

from hashlib import sha256
from typing import Final
from urllib.parse import quote

LONGEST_NAME: Final = 128
"""Bytes; longer ones are replaced by a digest, so that a client cannot make keys of any size."""


class RoomKeys:
    """The keys and channels under one prefix.

    All keys of a room share its name in braces, the hash tag by which a cluster puts them into one slot.
    """

    def __init__(self, prefix: str) -> None:
        # Braces of its own would be taken for the hash tag.
        self._prefix = quote(prefix.encode("utf-8", "surrogatepass"), safe=":/").encode()

    def channel(self, room: str) -> bytes:
        """What messages of the room are published to."""
        return self._key(room, b"channel")

    def history(self, room: str) -> bytes:
        """The stream that keeps the last messages and counts their ids."""
        return self._key(room, b"history")

    def processes(self, room: str) -> bytes:
        """The set of the processes that have members in the room."""
        return self._key(room, b"processes")

    def members(self, room: str, process: bytes) -> bytes:
        """The members that a process has in the room, each with its info; the id of the process comes last."""
        return self._key(room, b"members:" + process)

    def mark(self) -> bytes:
        """What Redis has as long as it has forgotten nothing."""
        return b"%b:mark" % self._prefix

    def own_mark(self, process: bytes) -> bytes:
        """The mark as it was when this process had missed nothing."""
        return b"%b:mark:%b" % (self._prefix, process)

    def own_channel(self, process: bytes) -> bytes:
        """What only this process subscribes to."""
        return b"%b:process:%b" % (self._prefix, process)

    def _key(self, room: str, kind: bytes) -> bytes:
        return b"%b:{%b}:%b" % (self._prefix, tag(room), kind)


def tag(room: str) -> bytes:
    """The name in letters that mean nothing to Redis; no two names have the same.

    >>> tag("lobby"), tag("a}b"), tag("x" * 200)[:8]
    (b'lobby', b'a%7Db', b'=aa20c23')
    """
    name = room.encode("utf-8", "surrogatepass")
    if len(name) <= LONGEST_NAME and name:
        return quote(name, safe="").encode()
    return b"=" + sha256(name).hexdigest().encode()  # "=" is not in what is quoted
