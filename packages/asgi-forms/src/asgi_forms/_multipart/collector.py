"""From the parts of a form to its fields, with the files going to sinks."""

from __future__ import annotations

from collections.abc import Awaitable
from io import RawIOBase, UnsupportedOperation
from typing import BinaryIO, Final, NoReturn, cast

from .._charset import codec_of, decoded
from .._form_data import FormValue
from .._sinks.upload_sink import SinkFactory, UploadSink
from .._upload_file import UploadFile
from .disposition import names
from .part_head import PartHead
from .reader import PartEvent

ABORT_TIMEOUT: Final = 10
"""Seconds in which sinks have to remove what they wrote when a request was cancelled."""


class FormCollector:
    """Collects the parts of one form. What `take` returns is to be awaited before the next event."""

    def __init__(self, sink: SinkFactory) -> None:
        self._make_sink = sink
        self._parts: list[tuple[PartHead, bytes | UploadFile, str]] = []
        self._sinks: list[UploadSink] = []
        self._head = PartHead("")
        self._sink: UploadSink | None = None
        self._content: list[bytes] = []
        self._size = 0

    def take(self, event: PartEvent, codec: str) -> Awaitable[object] | None:
        """Take the next event of a reader whose text is encoded in ``codec``."""
        if event is None:
            return self._end(codec)
        if not isinstance(event, bytes):
            self._begin(event)
        elif self._sink is None:
            self._content.append(event)
        else:
            self._size += len(event)
            return self._sink.write(event)
        return None

    def items(self, codec: str) -> list[tuple[str, FormValue]]:
        """The fields, after the last event. ``codec`` is what the reader's text was encoded in at the end.

        A field ``_charset_`` says it of the whole form, also of the names that were decoded before it came.
        """
        items: list[tuple[str, FormValue]] = []
        for head, value, known_codec in self._parts:
            if known_codec != codec:
                head.name, head.filename = names(head.headers["content-disposition"], codec)
            if isinstance(value, bytes):
                items.append((head.name, decoded(value, codec_of(head.charset, codec) if head.charset else codec)))
            else:
                value.filename = head.filename
                items.append((head.name, value))
        return items

    async def abort(self, error: BaseException) -> None:
        """Let every sink remove what it wrote. What cannot is told of in a note on ``error``."""
        if not self._sinks:
            return
        from anyio import move_on_after

        with move_on_after(ABORT_TIMEOUT, shield=True):
            for sink in self._sinks:
                try:
                    await sink.abort()
                except Exception as failure:
                    error.add_note(f"{sink!r} could not be aborted: {failure!r}")

    def _begin(self, head: PartHead) -> None:
        self._head, self._size = head, 0
        self._sink = None if head.filename is None else self._make_sink(head)
        if self._sink is not None:
            self._sinks.append(self._sink)

    def _end(self, codec: str) -> Awaitable[None] | None:
        if self._sink is not None:
            return self._finish(self._sink, codec)
        self._parts.append((self._head, b"".join(self._content), codec))
        self._content.clear()
        return None

    async def _finish(self, sink: UploadSink, codec: str) -> None:
        await sink.finish()
        file = cast("BinaryIO", NothingToRead()) if sink.file is None else sink.file
        upload = UploadFile(file, size=self._size, filename=self._head.filename, headers=self._head.headers)
        upload.sink = sink
        self._parts.append((self._head, upload, codec))


class NothingToRead(RawIOBase):
    """Stands in for the file of an upload whose sink has none."""

    def _refuse(self, *_: object) -> NoReturn:
        raise UnsupportedOperation("The sink of this upload keeps no file to read; what it has is in UploadFile.sink.")

    read = seek = write = _refuse
