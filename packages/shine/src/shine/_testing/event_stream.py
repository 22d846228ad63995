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

    ``response`` is the response, and ``comments`` are the comments that have come so far, as heartbeats are comments.
    """

    def __init__(self, response: httpx.Response, exchange: Exchange, timeout: float) -> None:
        self.response = response
        self._exchange = exchange
        self._timeout = timeout
        self._decoder = EventDecoder()
        self._events: deque[ReceivedEvent] = deque()

    @property
    def comments(self) -> list[str]:
        """The comments that have come so far."""
        return self._decoder.comments

    async def receive(self, timeout: float | None = None) -> ReceivedEvent:
        """The next event.

        ``timeout`` is in seconds; None is that of the stream. Raises `TimeoutError` if no event comes, after which the
        stream goes on, and `EOFError` at its end; an application that failed is heard of at the end of the block.
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
