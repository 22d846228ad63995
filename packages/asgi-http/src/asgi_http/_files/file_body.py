"""Reading what is in a file: one descriptor from the first look to the last byte, and never more than a few chunks.

The size and the content are those of the same open file, whatever happens to its name meanwhile. Reading does not wait
for a disk on the event loop: Linux gives what it has in memory at once and says so where it has not. What must be
waited for is read in a thread, several chunks at a time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from errno import ENXIO
from typing import Final

from .._background.thread_limiters import run_in_thread
from .byteranges import Segment

# Without waiting: opening a pipe does not hang, and neither a child process nor a terminal gets the file.
_FLAGS: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_NOINHERIT", "O_BINARY")
)
_IS_WINDOWS: Final = os.name == "nt"  # which refuses to open a directory as it refuses a file of somebody else
_NOWAIT: Final[int | None] = getattr(os, "RWF_NOWAIT", None)

CAN_READ_AT_ONCE: Final = _NOWAIT is not None
"""Whether the platform can read a file only as far as it need not wait for a disk: Linux can."""

READ_AHEAD: Final = 256 * 1024
"""Bytes that are read in a thread at a time, and sent from memory before the event loop gets its turn."""


class OpenFile:
    """A regular file, open for reading, with its ``stat_result``. It closes itself when nobody has it any more.

    Raises `RuntimeError` if there is no such file or it is not a regular one, and `OSError` if it may not be read.
    """

    __slots__ = ("_fd", "_is_lent", "path", "stat_result")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._fd = -1
        self._is_lent = False
        self.path = path
        self._fd = _open(path)
        self.stat_result = os.fstat(self._fd)
        if not stat.S_ISREG(self.stat_result.st_mode):
            self.close()
            raise RuntimeError(f"File at path {path} is not a file.")

    def fileno(self) -> int:
        """The descriptor."""
        return self._fd

    def read_at_once(self, start: int, count: int) -> bytes | None:
        """At most so many bytes from there on, or None if there is none that can be had without waiting."""
        assert _NOWAIT is not None, "This platform cannot tell what it would have to wait for."
        buffer = bytearray(count)
        try:
            length = os.preadv(self._fd, [buffer], start, _NOWAIT)
        except OSError:  # not in memory, or a file system that cannot tell
            return None
        if length == count:
            return bytes(buffer)
        return bytes(memoryview(buffer)[:length]) or None

    def read(self, start: int, count: int) -> bytes:
        """At most so many bytes from there on, waiting for them. Raises `RuntimeError` at the end of the file."""
        data = _pread(self._fd, count, start)
        if not data:
            raise RuntimeError(
                f"File at path {self.path} became shorter while it was sent: its length had been promised. "
                "Replace files by renaming new ones instead of writing into them."
            )
        return data

    def lend(self) -> None:
        """Before a thread reads: keeps the file open even if nobody waits for the thread any more."""
        self._is_lent = True

    def give_back(self) -> None:
        """After the thread has read."""
        self._is_lent = False

    def close(self) -> None:
        """Close the file. One that is lent is closed when the thread lets go of it."""
        if self._fd >= 0 and not self._is_lent:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self._is_lent = False
        self.close()


def _open(path: str | os.PathLike[str]) -> int:
    try:
        return os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise RuntimeError(f"File at path {path} does not exist.") from None
    except OSError as exc:
        is_socket = exc.errno == ENXIO
        if is_socket or (_IS_WINDOWS and isinstance(exc, PermissionError) and os.path.isdir(path)):  # noqa: PTH112
            raise RuntimeError(f"File at path {path} is not a file.") from None
        raise


def _pread(fd: int, count: int, start: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, count, start)
    os.lseek(fd, start, os.SEEK_SET)  # nobody else uses this descriptor
    return os.read(fd, count)


class FileBody:
    """A body made of ranges of one file and of bytes around them, read in order, in chunks."""

    __slots__ = ("_chunk_size", "_file", "_segments", "length", "unread")

    def __init__(self, file: OpenFile, segments: Sequence[Segment], chunk_size: int) -> None:
        self._file = file
        self._chunk_size = min(chunk_size, READ_AHEAD)
        self._segments = [segment for segment in reversed(segments) if _length(segment)]
        self.length = self.unread = sum(map(_length, self._segments))

    def read_at_once(self, wanted: int) -> list[bytes]:
        """The next chunks until that many bytes are there, or until one could not be had without waiting."""
        return self._read(wanted, self._file.read_at_once)

    def read(self) -> list[bytes]:
        """The next chunks, waiting for them. Raises `RuntimeError` if the file has become too short."""
        return self._read(READ_AHEAD, self._file.read)

    async def read_in_thread(self) -> list[bytes]:
        """`read` in a thread."""
        self._file.lend()
        return await run_in_thread("files", self._read_lent)

    def _read_lent(self) -> list[bytes]:
        try:
            return self.read()
        finally:
            self._file.give_back()

    def _read(self, wanted: int, read: Callable[[int, int], bytes | None]) -> list[bytes]:
        chunks: list[bytes] = []
        while self._segments and wanted > 0:
            chunk = self._next(read)
            if chunk is None:
                break
            chunks.append(chunk)
            wanted -= len(chunk)
            self.unread -= len(chunk)
        return chunks

    def _next(self, read: Callable[[int, int], bytes | None]) -> bytes | None:
        segment = self._segments[-1]
        if isinstance(segment, bytes):
            self._segments.pop()
            return segment
        start, end = segment
        chunk = read(start, min(end - start, self._chunk_size))
        if chunk is not None:
            start += len(chunk)
            if start < end:
                self._segments[-1] = (start, end)
            else:
                self._segments.pop()
        return chunk


def _length(segment: Segment) -> int:
    return len(segment) if isinstance(segment, bytes) else segment[1] - segment[0]
