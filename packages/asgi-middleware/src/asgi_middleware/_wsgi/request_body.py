"""The body of a request as a file that a thread reads while it arrives."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from asgi_types import Message, Receive

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class RequestBody(io.RawIOBase):
    """``wsgi.input`` without its buffer: a read asks for a message only when nothing is left of the last one.

    So no more of the body is in memory than one message. A read raises `ConnectionResetError` if the client leaves
    before the end: a body that is cut short must not pass for a whole one.
    """

    def __init__(self, receive: Receive) -> None:
        from anyio import Lock

        self.has_left = False
        """Whether the client is gone."""
        self._receive = receive
        self._lock = Lock()
        self._rest = memoryview(b"")
        self._is_complete = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        from anyio import from_thread

        while not self._rest and not self._is_complete:
            if self.has_left:
                raise ConnectionResetError("The client left before the whole body had arrived.")
            from_thread.run(self._fill)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    async def watch(self) -> None:
        """Notice that the client leaves. Of a body that nobody reads it waits for one message, and no more."""
        await self._fill()
        while self._is_complete and not self.has_left:
            await self._take()

    async def _fill(self) -> None:
        async with self._lock:  # reading and watching take turns
            if not self._rest and not self._is_complete and not self.has_left:
                await self._take()

    async def _take(self) -> None:
        try:
            message: Message = await self._receive()
        except OSError:
            message = {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._rest = memoryview(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        else:
            self.has_left = True
