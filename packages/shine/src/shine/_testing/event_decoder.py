"""A stream of server-sent events as bytes, in parts of any size, made events again (WHATWG HTML, section 9.2.6)."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class ReceivedEvent(NamedTuple):
    r"""An event as an ``EventSource`` hands it to its listeners.

    ``id`` is the last event ID, of this event or of one before it, and ``retry`` the milliseconds that came with it.

    >>> ReceivedEvent('{"count": 1}', "score").json()
    {'count': 1}
    """

    data: str
    event: str = "message"
    id: str = ""
    retry: int | None = None

    def json(self) -> Any:
        """The value of the data; raises `json.JSONDecodeError` for what is no JSON."""
        return json.loads(self.data)


class EventDecoder:
    """Makes events of bytes. ``comments`` are those that have come, as heartbeats are comments."""

    def __init__(self) -> None:
        self.comments: list[str] = []
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._is_begun = False
        self._rest = ""
        self._after_cr = False
        self._last_id = ""
        self._clear()

    def _clear(self) -> None:
        self._data: list[str] = []
        self._event = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes) -> Iterator[ReceivedEvent]:
        """The events that ``chunk`` completes."""
        text = self._decode(chunk)
        if text and not self._is_begun:
            self._is_begun = True
            text = text.removeprefix("\ufeff")
        if text and self._after_cr:
            self._after_cr = False
            text = text.removeprefix("\n")  # of a CR LF that was torn apart
        self._after_cr = self._after_cr or text.endswith("\r")
        *lines, self._rest = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            event = self._take(line)
            if event is not None:
                yield event

    def _take(self, line: str) -> ReceivedEvent | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not field:
            self.comments.append(value)
        elif field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self._last_id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value)
        return None

    def _dispatch(self) -> ReceivedEvent | None:
        event = None
        if self._data:
            event = ReceivedEvent("\n".join(self._data), self._event or "message", self._last_id, self._retry)
        self._clear()
        return event
