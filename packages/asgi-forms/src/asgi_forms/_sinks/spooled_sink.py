"""A file in memory as long as it is small, then on disk: the sink of a form that names no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from .disk_sink import DiskSink

if TYPE_CHECKING:
    from tempfile import SpooledTemporaryFile

SPOOL_MAX_SIZE: Final = 1024 * 1024
"""Bytes of a file that are kept in memory: Starlette's default."""

SPOOL_MAX_MEMORY: Final = 32 * 1024 * 1024
"""Bytes of all files of a form that are kept in memory: the default of Go's ``ParseMultipartForm``."""


MAX_EARLY: Final = 100
"""Files of a form that go to disk because the others fill the memory: each takes a descriptor, of which a process has
often 1024."""


MIN_EARLY: Final = 64 * 1024
"""Bytes that such a file has at least: smaller ones cost more descriptors than they free memory."""


class MemoryBudget:
    """How many bytes several `SpooledSink` may still keep in memory, 32 MiB to begin with; beyond, files go to disk.

    At most ``files`` of them do so for that reason, 100 by default, and none of less than 64 KiB, since each takes a
    file descriptor; the others stay in memory, where the limits on files bound them.

    A form without a sink of its own has one for all of its files. Give one to the sinks of a form that makes them
    itself; without one, each has its own.

    >>> memory = MemoryBudget(8 * 1024 * 1024)
    >>> def sink(head):
    ...     return SpooledSink(memory=memory)
    """

    def __init__(self, left: float = SPOOL_MAX_MEMORY, files: int = MAX_EARLY) -> None:
        self._left = left
        self._files = files

    def takes(self, more: int, size: int) -> bool:
        """Whether ``more`` bytes of a file, which has ``size`` with them, stay in memory."""
        if more > self._left and size >= MIN_EARLY and self._files > 0:
            self._files -= 1
            return False
        self._left -= more
        return True

    def give_back(self, size: int) -> None:
        """``size`` bytes have gone to disk."""
        self._left += size


class SpooledFileMaker(Protocol):
    """`tempfile.SpooledTemporaryFile`, or what stands in for it."""

    def __call__(self, *, max_size: int) -> SpooledTemporaryFile[bytes]: ...


class SpooledSink(DiskSink):
    """Keeps a file in memory up to ``max_size`` bytes (1 MiB) and on disk beyond, in a temporary file without a name.

    With a ``max_size`` of 0 it is on disk at once.

    ``file`` is a `tempfile.SpooledTemporaryFile`. What is in memory is written inline, what is on disk in a thread, and
    that is decided before the write that would move it there. ``memory`` is what it shares with other sinks. What
    makes the file, if not that class itself, is ``make_file``, called with its ``max_size``.

    >>> import asyncio
    >>> async def spool():
    ...     sink = SpooledSink(max_size=4)
    ...     await sink.write(b"more than that")
    ...     await sink.finish()
    ...     with sink.file as file:
    ...         return file.read()
    >>> asyncio.run(spool())
    b'more than that'
    """

    def __init__(
        self,
        max_size: float = SPOOL_MAX_SIZE,
        *,
        memory: MemoryBudget | None = None,
        make_file: SpooledFileMaker | None = None,
    ) -> None:
        super().__init__()
        self._spooled = (make_file or _temporary_file)(max_size=cast("int", max_size))
        self.file: BinaryIO | None = cast("BinaryIO", self._spooled)
        self._max_size = max_size
        self._memory = MemoryBudget() if memory is None else memory
        self._size = 0  # bytes in memory, as long as it is there
        self._is_on_disk = False

    async def write(self, chunk: bytes, /) -> None:
        if not self._is_on_disk:
            size = len(chunk)
            if self._size + size <= self._max_size and self._memory.takes(size, self._size + size):
                self._size += size
                self._spooled.write(chunk)
                return
            self._is_on_disk = True
            self._memory.give_back(self._size)
        await super().write(chunk)

    async def finish(self) -> None:
        if self._is_on_disk:
            await super().finish()
        else:
            self._spooled.seek(0)

    async def abort(self) -> None:
        if self._is_on_disk:
            await super().abort()
        else:
            self._discard()

    def _opened(self) -> BinaryIO:
        self._spooled.rollover()
        return cast("BinaryIO", self._spooled)

    def _discard(self) -> None:
        self._spooled.close()


def _temporary_file(*, max_size: int) -> SpooledTemporaryFile[bytes]:
    from tempfile import SpooledTemporaryFile  # takes some milliseconds, and a file may never come

    return SpooledTemporaryFile(max_size=max_size)
