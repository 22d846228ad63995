"""Reading what is in a file: one descriptor from the first look to the last byte, and never more than a few chunks.

The size and the content are those of the same open file, whatever happens to its name meanwhile. Reading does not wait
for a disk on the event loop: Linux gives what it has in memory at once and says so where it has not. What must be
waited for is read in a thread, several chunks at a time. A file that is closed meanwhile is closed by that thread.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from errno import ENXIO
from typing import IO, Final

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


class NoSuchFile(RuntimeError):  # noqa: N818 - it says what there is
    """There is no file at a path, or something else. It is raised before anything is sent, and never later."""


class OpenFile:
    """A regular file, open for reading, with its ``stat_result``. It closes itself when nobody has it any more.

    ``at_once`` says that it was opened on the event loop, where nothing may be waited for. With ``expected`` it must be
    the file with this status, however it may have changed, and not another one that has got its name.

    Raises `NoSuchFile` if there is no such file or it is not a regular one, `OSError` if it may not be read, and
    `RuntimeError` for a file that has content but no size, as those of ``/proc`` are.
    """

    __slots__ = ("_fd", "_is_unwanted", "_lock", "_owner", "at_once", "path", "stat_result")

    def __init__(self, path: str | os.PathLike[str], *, at_once: bool, expected: os.stat_result | None = None) -> None:
        self._fd = -1
        self._owner: IO[bytes] | None = None
        self._is_unwanted = False
        self._lock = threading.Lock()
        self.at_once = at_once
        self.path = path
        try:
            self._fd = _open(path)
        except PermissionError:
            if expected is None:
                raise
            raise NoSuchFile(f"File at path {path} may not be read any more.") from None
        self.stat_result = os.fstat(self._fd)
        try:
            self._check(expected)
        except BaseException:
            self.close()
            raise

    def _check(self, expected: os.stat_result | None) -> None:
        if not stat.S_ISREG(self.stat_result.st_mode):
            raise NoSuchFile(f"File at path {self.path} is not a file.")
        # A status that somebody made up may have no number.
        if expected is not None and expected.st_ino and _identity(expected) != _identity(self.stat_result):
            raise NoSuchFile(f"File at path {self.path} is another one than was found.")
        if not self.stat_result.st_size and _pread(self._fd, 1, 0):
            self.stat_result = os.fstat(self._fd)  # it may have been written to just now
            if not self.stat_result.st_size:
                raise RuntimeError(f"File at path {self.path} does not tell its size: read it, and send what you got.")

    def fileno(self) -> int:
        """The descriptor."""
        return self._fd

    def go_on_by(self, owner: IO[bytes]) -> None:
        """Read by the descriptor of ``owner`` from now on, which is closed in the place of the own one.

        Raises `NoSuchFile`, and closes it, if it is another file that has got the name of this one.
        """
        if _identity(os.fstat(owner.fileno())) != _identity(self.stat_result):
            owner.close()
            raise NoSuchFile(f"File at path {self.path} is another one than was found.")
        os.close(self._fd)
        self._fd, self._owner = owner.fileno(), owner

    def read_at_once(self, start: int, count: int) -> bytes | None:
        """At most so many bytes from there on, or None if there is none that can be had without waiting."""
        if not self.at_once:
            return None
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

    @contextmanager
    def kept_open(self) -> Generator[None]:
        """In a thread: nobody closes the file meanwhile, even if nobody waits for the thread any more."""
        try:
            with self._lock:
                yield
        finally:
            if self._is_unwanted:
                self.close()

    def close(self) -> None:
        """Close the file. If a thread keeps it open, that closes it when it is done."""
        self._is_unwanted = True  # first, so that a thread that lets go of the file after it could not be closed knows
        if self._lock.acquire(blocking=False):
            try:
                if self._owner is not None:
                    self._owner.close()
                elif self._fd >= 0:
                    os.close(self._fd)
            finally:
                self._fd = -1
                self._lock.release()

    def __del__(self) -> None:
        self.close()


def _open(path: str | os.PathLike[str]) -> int:
    try:
        return os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise NoSuchFile(f"File at path {path} does not exist.") from None
    except OSError as exc:
        is_socket = exc.errno == ENXIO
        if is_socket or (_IS_WINDOWS and isinstance(exc, PermissionError) and os.path.isdir(path)):  # noqa: PTH112
            raise NoSuchFile(f"File at path {path} is not a file.") from None
        raise


def _identity(stat_result: os.stat_result) -> tuple[int, int]:
    # Windows has several numbers for one volume, and not every call tells the same.
    return 0 if _IS_WINDOWS else stat_result.st_dev, stat_result.st_ino


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
        return await run_in_thread("files", self._read_kept_open)

    def _read_kept_open(self) -> list[bytes]:
        with self._file.kept_open():
            return self.read()

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
