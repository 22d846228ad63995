"""The body of a request, part by part as the application asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from .http_library import httpx as library

if TYPE_CHECKING:
    import httpx


def sync_body(request: httpx.Request) -> AsyncIterator[bytes] | bytes:
    """What is sent by a client that is not async: what is no bytes yet is made in a thread, as it may read a file."""
    stream = request.stream
    if isinstance(stream, library.ByteStream):
        return b"".join(stream)
    assert isinstance(stream, library.SyncByteStream), "A client that is not async sends no async body."
    return _in_threads(stream)


def async_body(request: httpx.Request) -> AsyncIterator[bytes] | bytes:
    """What is sent by an async client."""
    stream = request.stream
    if isinstance(stream, library.ByteStream):
        return b"".join(stream)
    assert isinstance(stream, library.AsyncByteStream), "An async client sends no body that is not async."
    return aiter(stream)


async def _in_threads(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    from anyio.to_thread import run_sync

    iterator = iter(chunks)
    while (chunk := await run_sync(next, iterator, None)) is not None:
        yield chunk
