"""The body of a request, part by part as the application asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Final

from .http_library import httpx as library

if TYPE_CHECKING:
    import httpx

BATCH: Final = 64 * 1024
"""How much of a form is read in one change of threads: its parts are many, and small."""


def request_body(request: httpx.Request) -> AsyncIterator[bytes] | bytes:
    """What is sent: what is neither bytes nor async yet is made in a thread, as it may read a file, or wait."""
    stream = request.stream
    if isinstance(stream, library.ByteStream):
        return b"".join(stream)
    if not isinstance(stream, library.SyncByteStream):
        return aiter(stream)
    is_form = isinstance(stream, library.AsyncByteStream)  # of files, which are all there
    return PartsFromThreads(stream, BATCH if is_form else 1)


class PartsFromThreads(AsyncIterator[bytes]):
    """``chunks`` joined to parts of at least ``size`` bytes; no generator, which would have to be closed."""

    def __init__(self, chunks: Iterable[bytes], size: int) -> None:
        self._chunks = iter(chunks)
        self._size = size

    async def __anext__(self) -> bytes:
        from anyio.to_thread import run_sync

        part = await run_sync(self._next)
        if not part:
            raise StopAsyncIteration
        return part

    def _next(self) -> bytes:
        part: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            part.append(chunk)
            size += len(chunk)
            if size >= self._size:
                break
        return b"".join(part)
