"""Where events are kept for clients that come back: the interface, and the one buffer that needs nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final, Protocol

from .server_sent_event import ServerSentEvent

GAP: Final = ServerSentEvent("", event="gap")
"""What a client is told that asks for events after one that is not held any more."""


class EventBuffer(Protocol):
    """Keeps published events, so that a client which reconnects with its ``Last-Event-ID`` gets what it missed.

    An `EventChannel` calls `append` for one event at a time, in the order that clients get them.
    """

    async def append(self, event: ServerSentEvent) -> ServerSentEvent:
        """Keep ``event``, and return it with an id: its own, or else one that no other event ever had.

        It has ten seconds, and is not interrupted when its publisher is cancelled. If it raises, clients do not get the
        event, so it should not be kept.
        """
        ...

    async def replay(self, last_event_id: str) -> Iterable[ServerSentEvent]:
        """The events after the one with that id, the oldest first.

        If that event is not known, all that is held: there may be a gap before, and the first event should say so.
        """
        ...


class MemoryEventBuffer:
    """The last ``max_events`` events, in the memory of this process.

    Events without an id get one that is unique over restarts too: eight random characters of this buffer, and a
    number. Ids of your own must not repeat.

    A client whose last event is not held, since it is too old or was sent before a restart, gets all that is held, and
    before it ``gap``: by default an event of the type ``gap``, so that a page can load its state anew with
    ``source.addEventListener("gap", ...)``; ``None`` says nothing. The gap has no id, so that a client which loses the
    connection right then asks again.

    Raises `ValueError` if ``max_events`` is less than 1.

    >>> import anyio
    >>> async def main():
    ...     buffer = MemoryEventBuffer()
    ...     first, second = [await buffer.append(ServerSentEvent(text)) for text in ("one", "two")]
    ...     missed = await buffer.replay(first.id)
    ...     unknown = await buffer.replay("of another time")
    ...     return [event.data for event in missed], [event.event or event.data for event in unknown]
    >>> anyio.run(main)
    (['two'], ['gap', 'one', 'two'])
    """

    def __init__(self, max_events: int = 1000, gap: ServerSentEvent | None = GAP) -> None:
        from secrets import token_hex  # not needed to answer a request

        if max_events < 1:
            raise ValueError(f"A buffer of {max_events} events could never replay one: max_events is at least 1.")
        self._max_events = max_events
        self._gap = gap
        self._prefix = token_hex(4)
        self._events: deque[ServerSentEvent] = deque()
        self._numbers: dict[str | None, int] = {}
        self._count = 0

    async def append(self, event: ServerSentEvent) -> ServerSentEvent:
        """Keep ``event``, and return it with an id; the oldest goes if there are too many."""
        if event.id is None:
            event = event.with_id(f"{self._prefix}-{self._count + 1}")
        if len(self._events) == self._max_events:
            oldest = self._events.popleft()
            if self._numbers[oldest.id] == self._count - self._max_events:
                del self._numbers[oldest.id]
        self._events.append(event)
        self._numbers[event.id] = self._count
        self._count += 1
        return event

    async def replay(self, last_event_id: str) -> Iterable[ServerSentEvent]:
        """The events after the one with that id; if it is not held, all of them after the gap."""
        number = self._numbers.get(last_event_id)
        if number is None:
            return (*(() if self._gap is None else (self._gap,)), *self._events)
        first = self._count - len(self._events)
        return tuple(islice(self._events, number + 1 - first, None))
