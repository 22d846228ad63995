"""A file of a form, after the form has been read."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from asgi_types import Headers

from ._threads import in_thread, surely_in_thread

if TYPE_CHECKING:
    from ._sinks.upload_sink import UploadSink


class UploadFile:
    """An uploaded file: what the client says of it, and its content.

    ``filename`` is what the client calls the file, and no path to use; see `safe_filename`. ``size`` is that of the
    content in bytes, ``headers`` are those of its part, ``file`` is the open file itself, for what wants one. The
    methods do the same as those of ``file``, inline as long as it is in memory, and in a thread otherwise.

    ``sink`` is what has taken the content, where the form was given a sink of its own.

    >>> import asyncio, io
    >>> asyncio.run(UploadFile(io.BytesIO(b"content"), filename="notes.txt").read(4))
    b'cont'
    """

    sink: UploadSink | None = None

    def __init__(
        self, file: BinaryIO, *, size: int | None = None, filename: str | None = None, headers: Headers | None = None
    ) -> None:
        self.filename = filename
        self.file = file
        self.size = size
        self.headers: Headers = Headers() if headers is None else headers

    @property
    def content_type(self) -> str | None:
        """The ``Content-Type`` of its part: what the client says it is."""
        content_type: str | None = self.headers.get("content-type")
        return content_type

    async def write(self, data: bytes) -> None:
        """Write ``data`` where the file stands, and add its length to ``size``."""
        if self.size is not None:
            self.size += len(data)
        if self._stays_in_memory(len(data)):
            self.file.write(data)
        else:
            await in_thread(self.file.write, data)

    async def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes from where the file stands, by default all that are left."""
        if self._in_memory:
            return self.file.read(size)
        return await in_thread(self.file.read, size)

    async def seek(self, offset: int) -> None:
        """Go to ``offset`` bytes from the beginning."""
        if self._in_memory:
            self.file.seek(offset)
        else:
            await in_thread(self.file.seek, offset)

    async def close(self) -> None:
        """Close the file, which removes it if it is a temporary one; done also if the caller has been cancelled."""
        if self._in_memory:
            self.file.close()
        else:
            await surely_in_thread(self.file.close)

    @property
    def _in_memory(self) -> bool:
        # A spooled file tells by this attribute alone where it is.
        return isinstance(self.file, BytesIO) or not getattr(self.file, "_rolled", True)

    def _stays_in_memory(self, more: int) -> bool:
        if not self._in_memory:
            return False
        most = getattr(self.file, "_max_size", 0)  # where 0 is no limit
        return not most or self.file.tell() + more <= most

    def __repr__(self) -> str:
        return f"{type(self).__name__}(filename={self.filename!r}, size={self.size!r}, headers={self.headers!r})"
