"""What the sinks that write to a file on disk share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import BinaryIO, Final

from .._threads import in_thread, surely_in_thread
from .upload_sink import UploadSink

BATCH: Final = 1024 * 1024
"""Bytes that are written to disk at once: a change of threads costs as much as writing some 100 KiB."""

CHUNK_OVERHEAD: Final = 64
"""Bytes that a chunk takes beside its content; else tiny ones would take many times as much memory as a batch."""


class DiskSink(UploadSink, ABC):
    """Writes to a file on disk in threads, many chunks at once.

    What opens and what discards the file is given by subclasses; both run in a thread, and never at the same time.
    """

    def __init__(self) -> None:
        from threading import Lock  # takes some milliseconds, and a file may never come

        # A task that is cancelled by asyncio's own means is not kept waiting for its thread, so that what aborts could
        # come before what opens has ended, and leave a file behind.
        self._lock = Lock()
        self._is_aborted = False
        self._pending: list[bytes] = []
        self._pending_size = 0

    async def write(self, chunk: bytes, /) -> None:
        self._pending.append(chunk)
        self._pending_size += len(chunk) + CHUNK_OVERHEAD
        if self._pending_size >= BATCH:
            await in_thread(self._write_pending)

    async def finish(self) -> None:
        await in_thread(self._write_pending, 0)

    async def abort(self) -> None:
        await surely_in_thread(self._abort)

    @abstractmethod
    def _opened(self) -> BinaryIO:
        """The file, opened now if it is not open yet."""

    @abstractmethod
    def _discard(self) -> None:
        """Close the file and remove it, if it was opened."""

    def _write_pending(self, then_seek: int | None = None) -> None:
        with self._lock:
            if self._is_aborted:
                return
            file = self._opened()
            file.writelines(self._pending)
            self._pending.clear()
            self._pending_size = 0
            if then_seek is not None:
                file.seek(then_seek)

    def _abort(self) -> None:
        with self._lock:
            self._is_aborted = True
            self._pending.clear()
            self._discard()
