"""The messages of a connection as an async iterator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from ._disconnect import WebSocketDisconnect

T = TypeVar("T")


class Messages(AsyncIterator[T]):
    """What ``receive`` returns, call by call, until it raises `WebSocketDisconnect`.

    It is no async generator, because trio warns of one that a loop was left early, by ``break`` or an exception.
    """

    def __init__(self, receive: Callable[[], Awaitable[T]]) -> None:
        self._receive = receive

    async def __anext__(self) -> T:
        try:
            return await self._receive()
        except WebSocketDisconnect:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        """Nothing: there is no open resource. It lets `contextlib.aclosing` take this as it takes a generator."""
