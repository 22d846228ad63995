"""A stream of server-sent events as bytes, in parts of any size, made events again (WHATWG HTML, section 9.2.6)."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from contextlib import suppress
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
    """Makes events of bytes, whatever these are.

    ``comments`` are those that have come, and ``last_event_id`` and ``retry`` what has come last by these fields, which
    need no event to be in.
    """

    def __init__(self) -> None:
        self.comments: list[str] = []
        self.last_event_id = ""
        self.retry: int | None = None
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._is_begun = False
        self._after_cr = False
        self._line: list[str] = []  # the parts of one that is not complete: joined once, or it would take square time
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
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._line.append(first)
        for other in others:
            event = self._take("".join(self._line))
            self._line = [other]
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
            self.last_event_id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            with suppress(ValueError):  # for more digits than Python converts
                self.retry = self._retry = int(value)
        return None

    def _dispatch(self) -> ReceivedEvent | None:
        event = None
        if self._data:
            event = ReceivedEvent("\n".join(self._data), self._event or "message", self.last_event_id, self._retry)
        self._clear()
        return event
