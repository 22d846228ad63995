"""One message of a room, as it was sent and as every member gets it."""

from __future__ import annotations

from typing import NamedTuple


class RoomMessage(NamedTuple):
    """What a member of a room is given: text or bytes, and the id by which it is found again in the history.

    ``id`` is text that sorts nowhere and means nothing but to the backend. As the id of a server-sent event it comes
    back as ``Last-Event-ID``, which ``Room.join(after=...)`` takes. ``exclude`` is the id of a member who does not get
    the message, or an empty text.

    >>> message = RoomMessage("lobby", "Hello", "1-0")
    >>> message.data, message.is_text
    ('Hello', True)
    """

    room: str
    data: str | bytes
    id: str
    exclude: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is text, and not bytes."""
        return isinstance(self.data, str)
