"""A file that goes to any async function that writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .upload_sink import UploadSink

Write = Callable[[bytes], Awaitable[object]]
Call = Callable[[], Awaitable[object]]


class WriterSink(UploadSink):
    """Passes a file on to ``write``, an async function of bytes: that of an open file of anyio, or one that uploads.

    Chunks are passed on as they arrive, or with a ``chunk_size`` in parts of exactly that many bytes, but for the last,
    which is smaller or as large: object stores want parts of at least 5 MiB, all of the same size. Then up to that many
    bytes are kept in memory, and a file without content is never written to. `ValueError` for a size below 1.

    ``finish`` is awaited after the last write, ``abort`` when the form fails. ``file`` is None: there is nothing that
    an `UploadFile` could read.

    >>> import asyncio
    >>> async def upload_part(part):
    ...     print(part)
    >>> async def upload():
    ...     sink = WriterSink(upload_part, chunk_size=4)
    ...     await sink.write(b"conte")
    ...     await sink.write(b"nt")
    ...     await sink.finish()
    >>> asyncio.run(upload())
    b'cont'
    b'ent'
    """

    def __init__(
        self, write: Write, *, chunk_size: int | None = None, finish: Call | None = None, abort: Call | None = None
    ) -> None:
        if chunk_size is not None and chunk_size < 1:
            raise ValueError(f"chunk_size is {chunk_size!r}: give at least 1, or None for chunks as they arrive.")
        self._write = write
        self._chunk_size = chunk_size
        self._finish = finish
        self._abort = abort
        self._pending = bytearray()

    async def write(self, chunk: bytes, /) -> None:
        size = self._chunk_size
        if size is None:
            await self._write(chunk)
            return
        self._pending += chunk
        if len(self._pending) >= size:
            # Taken out at once: to delete each part from the beginning would move the rest each time.
            content = bytes(self._pending)
            rest = len(content) - len(content) % size
            self._pending = bytearray(content[rest:])
            for start in range(0, rest, size):
                await self._write(content[start : start + size])

    async def finish(self) -> None:
        if self._pending:
            await self._write(bytes(self._pending))
        if self._finish is not None:
            await self._finish()

    async def abort(self) -> None:
        if self._abort is not None:
            await self._abort()
