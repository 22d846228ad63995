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

MAX_INLINE: Final = 1024 * 1024
"""Bytes of text that are decoded on the event loop."""

MAX_AGAIN: Final = 100
"""Parts whose names are decoded on the event loop for a second time."""

ABORT_TIMEOUT: Final = 10
"""Seconds in which a sink has to remove what it wrote."""


class FormCollector:
    """Collects the parts of one form. What `take` returns is to be awaited before the next event."""

    def __init__(self, sink: SinkFactory, *, shows_sinks: bool) -> None:
        self._make_sink = sink
        self._shows_sinks = shows_sinks
        self._parts: list[tuple[PartHead, bytes | UploadFile, str]] = []
        self._sinks: list[UploadSink] = []
        self._head = PartHead("")
        self._sink: UploadSink | None = None
        self._content = bytearray()
        self._size = 0
        self._text_size = 0

    def take(self, event: PartEvent, codec: str) -> Awaitable[object] | None:
        """Take the next event of a reader whose text is encoded in ``codec``."""
        if event is None:
            return self._end(codec)
        if not isinstance(event, bytes):
            self._begin(event)
        elif self._sink is None:
            self._content += event
        else:
            self._size += len(event)
            return self._sink.write(event)
        return None

    def is_long(self, codec: str) -> bool:
        """Whether `items` takes so long that it is better called in a thread."""
        is_decoded_again = len(self._parts) > MAX_AGAIN and self._parts[0][2] != codec
        return self._text_size > MAX_INLINE or is_decoded_again

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
        if not self._sinks or isinstance(error, GeneratorExit):  # which comes where nothing can be awaited
            return
        interruptions = [interruption for sink in self._sinks if (interruption := await _abort(sink, error))]
        if interruptions and not isinstance(error, interruptions[0]):
            raise interruptions[0]

    def _begin(self, head: PartHead) -> None:
        if head.filename is None:  # whose other headers nobody can ask for any longer
            head = head.without_headers()
        self._head, self._size = head, 0
        self._sink = None
        if head.filename is not None:
            sink: object = self._make_sink(head)
            if not isinstance(sink, UploadSink):
                raise TypeError(
                    f"The sink of a form made {sink!r}, which is no UploadSink: give a function of the part's head, "
                    "such as lambda head: MemorySink()."
                )
            self._sinks.append(sink)
            self._sink = sink

    def _end(self, codec: str) -> Awaitable[None] | None:
        if self._sink is not None:
            return self._finish(self._sink, codec)
        self._parts.append((self._head, bytes(self._content), codec))
        self._text_size += len(self._content)
        self._content.clear()
        return None

    async def _finish(self, sink: UploadSink, codec: str) -> None:
        await sink.finish()
        file = cast("BinaryIO", NothingToRead()) if sink.file is None else sink.file
        upload = UploadFile(file, size=self._size, filename=self._head.filename, headers=self._head.headers)
        if self._shows_sinks:  # else it has the attributes of Starlette's, which FastAPI may write as JSON
            upload.sink = sink
        self._parts.append((self._head, upload, codec))


async def _abort(sink: UploadSink, error: BaseException) -> type[BaseException] | None:
    """Abort one sink; the class of the exception if asyncio's own cancellation came meanwhile.

    No scope holds that off, and it must not keep the other sinks from being aborted.
    """
    from anyio import get_cancelled_exc_class, move_on_after

    with move_on_after(ABORT_TIMEOUT, shield=True) as limit:
        try:
            await sink.abort()
        except get_cancelled_exc_class():
            if limit.cancel_called:
                raise
            error.add_note(f"{sink!r} was cancelled while it was aborted.")
            return get_cancelled_exc_class()
        except Exception as failure:
            error.add_note(f"{sink!r} could not be aborted: {failure!r}")
    if limit.cancelled_caught:
        error.add_note(f"{sink!r} could not be aborted within {ABORT_TIMEOUT} seconds.")
    return None


class NothingToRead(RawIOBase):
    """Stands in for the file of an upload whose sink has none."""

    def _refuse(self, *_: object) -> NoReturn:
        raise UnsupportedOperation("The sink of this upload keeps no file to read; what it has is in UploadFile.sink.")

    read = seek = write = _refuse
