"""A file that is kept in memory, whatever its size."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from .upload_sink import UploadSink


class MemorySink(UploadSink):
    """Keeps a file in memory, as an `io.BytesIO`, which is its ``file``.

    Nothing but ``max_file_size`` and ``max_total_file_size`` of the form bounds it, 200 MiB by default, so give these
    as well.

    >>> import asyncio
    >>> async def keep():
    ...     sink = MemorySink()
    ...     await sink.write(b"content")
    ...     await sink.finish()
    ...     return sink.file.read()
    >>> asyncio.run(keep())
    b'content'
    """

    def __init__(self) -> None:
        self._content = BytesIO()
        self.file: BinaryIO | None = self._content

    async def write(self, chunk: bytes, /) -> None:
        self._content.write(chunk)

    async def finish(self) -> None:
        self._content.seek(0)

    async def abort(self) -> None:
        self._content.close()
