"""Reads the history of a room."""

from __future__ import annotations

from typing import Final

from .._rooms.room_backend import History
from .._rooms.room_message import RoomMessage
from .link import Link
from .payload import Payload
from .scripts import HISTORY
from .subscription import sort_key

MOST_READ_BYTES: Final = 2 << 20
"""By one read, of which eight go on at once: below the 32 MB with which Redis breaks off a subscriber's connection."""


async def read_history(link: Link, key: bytes, room: str, count: int, after: str | None) -> History | None:
    """The last messages, or those after one, the oldest first; None if the link has failed.

    Complete after a message if that one is still kept, and no more were kept after it than asked for.
    """
    count = max(count, 0)
    answer = await link.ask(HISTORY, (key,), count, stream_id(after), MOST_READ_BYTES)
    if answer is None:
        return None
    is_known, is_all, found = answer
    messages: list[RoomMessage] = []
    for message_id, content in reversed(found):
        try:
            payload = Payload.decode(content)
        except ValueError:
            continue  # somebody else's
        messages.append(RoomMessage(room, payload.data, message_id.decode(), payload.exclude))
    is_complete = is_all or len(found) == count if after is None else is_known and is_all
    return History(tuple(messages), bool(is_complete))


def stream_id(after: str | None) -> bytes:
    """The id as Redis knows it, or nothing where it cannot be one: it comes from a client.

    >>> stream_id("1700000000000-0"), stream_id("1-99999999999999999999"), stream_id("*")
    (b'1700000000000-0', b'', b'')
    """
    try:
        key = (after or "").encode("ascii")
        time, count = sort_key(key)
    except ValueError:
        return b""
    return key if max(time, count) < 2**64 else b""
