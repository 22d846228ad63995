"""One stream of events for many clients: each has a queue of its own, and none can make the others wait.

A client that reconnects gets from the buffer what it missed and then what is new, each event once: its queue is there
before the buffer is asked, and what comes by both ways is passed over in the queue.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import WeakSet

from .event_buffer import EventBuffer
from .server_sent_event import ServerSentEvent

if TYPE_CHECKING:
    from anyio import Event, Lock

Overflow = Literal["disconnect", "drop_oldest", "drop_newest"]

APPEND_TIMEOUT: Final = 10.0
"""Seconds that a buffer has to keep an event, during which the publisher cannot be cancelled."""


class EventChannel:
    """Hands each published event to all subscribers, and to ``buffer`` for those that come back.

    ``queue_size`` is how many events may wait for one client; ``overflow`` is what happens to a client with more:

    - ``"disconnect"`` gives it what waits and ends its stream. An ``EventSource`` reconnects by itself, and with a
      ``buffer`` it misses nothing; without one it misses what is published meanwhile.
    - ``"drop_oldest"`` and ``"drop_newest"`` leave out the event that has waited longest, or the new one. It is not
      replayed: for states of which the last one counts.

    A channel belongs to one event loop at a time, and to one process: what several processes publish needs a broker
    between.

    Raises `ValueError` for a ``queue_size`` below 1 and an unknown ``overflow``.

    >>> import anyio
    >>> async def main():
    ...     channel = EventChannel()
    ...     events = channel.subscribe()
    ...     await channel.publish("Hello")
    ...     channel.close()
    ...     return [event.data async for event in events]
    >>> anyio.run(main)
    ['Hello']
    """

    def __init__(
        self, buffer: EventBuffer | None = None, queue_size: int = 64, overflow: Overflow = "disconnect"
    ) -> None:
        if queue_size < 1:
            raise ValueError(f"No event could ever wait for a client: queue_size is at least 1, not {queue_size}.")
        if overflow not in ("disconnect", "drop_oldest", "drop_newest"):
            raise ValueError(f"Unknown overflow {overflow!r}: use 'disconnect', 'drop_oldest' or 'drop_newest'.")
        self.buffer = buffer
        self.queue_size = queue_size
        self.overflow: Overflow = overflow
        self._is_closed = False
        self._lock: Lock | None = None
        # Weak, so that a subscription whose response was never sent goes with that response.
        self._subscriptions: WeakSet[EventSubscription] = WeakSet()

    async def publish(self, event: Any) -> ServerSentEvent:
        """Hand ``event`` to all subscribers, without waiting for any, and return it as it is sent, with its id.

        It is a `ServerSentEvent`, or else the data of one: a dictionary, too, is sent as JSON, so that what a client
        posted cannot choose the id, the type or the reconnection time. What cannot be encoded raises here. A closed
        channel has no subscribers, but its buffer still gets the event.

        Publishers have their turn with the buffer one after the other. A cancelled one that waits publishes nothing;
        from then on the buffer is not interrupted, so that no event is kept without being handed out, and has ten
        seconds. Raises `TimeoutError` when it takes longer, and what the buffer raises; nothing is handed out then.
        The ``cancel()`` of an asyncio task, which AnyIO cannot hold off, does interrupt it.
        """
        published = event if isinstance(event, ServerSentEvent) else ServerSentEvent(event)
        published.encode()  # now: an error is the publisher's, and data that changes later does not change the event
        if self.buffer is None:
            self._hand_out(published)
            return published
        from anyio import Lock, move_on_after

        # Clients get events in the order of the buffer: else the last id of one could lie before what it missed.
        lock = self._lock = self._lock or Lock()
        try:
            async with lock:
                with move_on_after(APPEND_TIMEOUT, shield=True) as limit:
                    published = await self.buffer.append(published)
                if limit.cancelled_caught:
                    raise TimeoutError(f"The buffer did not keep the event within {APPEND_TIMEOUT:g} seconds.")
                published.encode()
                self._hand_out(published)
        finally:
            # A lock belongs to an event loop. The next publisher may run on another one.
            if self._lock is lock and not lock.locked():
                self._lock = None
        return published

    def subscribe(self, last_event_id: str | None = None) -> EventSubscription:
        """The events from now on, to iterate once, as the content of an `EventSourceResponse`.

        With the last id that a client has seen, from ``request.headers.get("last-event-id")``, they begin with what
        the buffer has after it. On a closed channel there are no more.
        """
        subscription = EventSubscription(self, last_event_id or None)
        if self._is_closed:
            subscription.end()
        else:
            self._subscriptions.add(subscription)
        return subscription

    def close(self) -> None:
        """End all subscriptions after what already waits in their queues."""
        self._is_closed = True
        for subscription in tuple(self._subscriptions):
            subscription.end()
        self._subscriptions.clear()

    def _hand_out(self, event: ServerSentEvent) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.offer(event)

    def forget(self, subscription: EventSubscription) -> None:
        """Hand nothing more to ``subscription``."""
        self._subscriptions.discard(subscription)


class EventSubscription:
    """What `EventChannel.subscribe` gives to iterate over; leaving it early needs `aclose`, as of any iterator."""

    def __init__(self, channel: EventChannel, last_event_id: str | None) -> None:
        self._channel = channel
        self._last_event_id = last_event_id
        self._replay: deque[ServerSentEvent] = deque()
        self._replayed_ids: frozenset[str | None] = frozenset()
        self._queue: deque[ServerSentEvent] = deque()
        self._has_ended = False
        self._change: Event | None = None

    def __aiter__(self) -> EventSubscription:
        return self

    async def __anext__(self) -> ServerSentEvent:
        if self._last_event_id is not None:
            await self._ask_buffer(self._last_event_id)
            self._last_event_id = None
        while True:
            if self._replay:
                return self._replay.popleft()
            while self._queue:
                event = self._queue.popleft()
                if event.id not in self._replayed_ids:
                    self._replayed_ids = frozenset()  # the queue has the order of the buffer: the replay is past
                    return event
            if self._has_ended:
                raise StopAsyncIteration
            from anyio import Event

            self._change = Event()
            await self._change.wait()

    async def aclose(self) -> None:
        """Give up what waits, and get nothing more."""
        self._channel.forget(self)
        self._last_event_id = None
        self._replay.clear()
        self._queue.clear()
        self.end()

    def offer(self, event: ServerSentEvent) -> None:
        """Put ``event`` into the queue, or do what the channel does with one too many."""
        if len(self._queue) >= self._channel.queue_size:
            if self._channel.overflow == "disconnect":
                self._channel.forget(self)
                self.end()
                return
            if self._channel.overflow == "drop_newest":
                return
            self._queue.popleft()
        self._queue.append(event)
        self._tell()

    def end(self) -> None:
        """Stop after what waits."""
        self._has_ended = True
        self._tell()

    async def _ask_buffer(self, last_event_id: str) -> None:
        if self._channel.buffer is None:
            return
        self._replay.extend(await self._channel.buffer.replay(last_event_id))
        self._replayed_ids = frozenset(event.id for event in self._replay)

    def _tell(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None
