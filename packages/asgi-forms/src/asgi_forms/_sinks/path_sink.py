"""A file on disk under a name of its own."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import BinaryIO

from .._threads import in_thread
from .disk_sink import DiskSink


class PathSink(DiskSink):
    """Writes to a new file at ``path``, in a thread; nothing that is there already is ever overwritten.

    The file is made when the first bytes arrive, or at the end of an upload that has none. What `open` raises then
    fails the form: `FileExistsError` if something has that name, also a link that leads nowhere, `FileNotFoundError` if
    its directory is missing. ``file`` is open for reading and writing; to close it, or the `UploadFile`, keeps what is
    on disk. A form that fails removes what this sink has made.

    What the client calls the file is no path. Choose a name yourself, or see `safe_filename`.

    >>> import asyncio, tempfile
    >>> async def save(path):
    ...     sink = PathSink(path)
    ...     await sink.write(b"content")
    ...     await sink.finish()
    ...     sink.file.close()
    ...     return sink.path.read_bytes()
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     asyncio.run(save(directory + "/notes.txt"))
    b'content'
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        super().__init__()
        self.path: Path = Path(path)
        self.file: BinaryIO | None = None

    async def write(self, chunk: bytes, /) -> None:
        await super().write(chunk)
        if self.file is None:  # so that it is known that the name is taken before any more is received
            await in_thread(self._write_pending)

    def _opened(self) -> BinaryIO:
        if self.file is None:
            self.file = self.path.open("xb+")
        return self.file

    def _discard(self) -> None:
        if self.file is not None:
            try:
                self.file.close()
            finally:  # a full disk may fail even that
                self.path.unlink(missing_ok=True)
