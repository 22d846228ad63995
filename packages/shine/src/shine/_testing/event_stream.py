"""Server-sent events as a test reads them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from .event_decoder import EventDecoder, ReceivedEvent
from .exchange import Exchange

if TYPE_CHECKING:
    import httpx


class EventStream:
    """The events of a response, for ``async for`` or one by one; `AsyncTestClient.events` makes it.

    ``response`` is the response, whose body nobody else may read.
    """

    def __init__(self, response: httpx.Response, exchange: Exchange, timeout: float) -> None:
        self.response = response
        self._exchange = exchange
        self._timeout = timeout
        self._decoder = EventDecoder()
        self._events: deque[ReceivedEvent] = deque()

    @property
    def comments(self) -> list[str]:
        """The comments that have been read so far; heartbeats are comments."""
        return self._decoder.comments

    @property
    def last_event_id(self) -> str:
        """What a client sends as ``last_event_id`` when it connects again; empty before any id was read."""
        return self._decoder.last_event_id

    @property
    def retry(self) -> int | None:
        """After how many milliseconds a client connects again, or None if the application has not said."""
        return self._decoder.retry

    async def receive(self, timeout: float | None = None) -> ReceivedEvent:
        """The next event.

        ``timeout`` is in seconds; None is that of the stream, ``math.inf`` waits for ever, and 0 takes only what is
        there. Raises `TimeoutError` if no event comes, and `EOFError` at the end of the stream; an application that
        failed is heard of at the end of the block. No event is lost by a timeout, or by the cancellation of who waits:
        the next call has it.
        """
        from anyio import move_on_after

        seconds = self._timeout if timeout is None else timeout
        with move_on_after(seconds):
            return await self._next()
        raise TimeoutError(f"No event came within {seconds:g} seconds.")

    def __aiter__(self) -> Self:
        """The events until the stream ends, each of them awaited for as long as `receive` does."""
        return self

    async def __anext__(self) -> ReceivedEvent:
        try:
            return await self.receive()
        except EOFError:
            raise StopAsyncIteration from None

    async def _next(self) -> ReceivedEvent:
        while not self._events:
            chunk = await self._exchange.next_chunk()
            if chunk is None:
                raise EOFError("The stream of events has ended.")
            self._events.extend(self._decoder.feed(chunk))
        return self._events.popleft()
