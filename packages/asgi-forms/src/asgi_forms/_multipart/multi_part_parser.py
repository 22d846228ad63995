"""Multipart forms, buffered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from asgi_types import Headers

from .._form_data import FormData, FormValue
from .._limits import FormLimits, LimitAttribute, limits_of
from .._sinks.spooled_sink import SPOOL_MAX_MEMORY, SPOOL_MAX_SIZE, MemoryBudget, SpooledFileMaker, SpooledSink
from .._sinks.upload_sink import SinkFactory, UploadSink
from .._threads import in_thread
from .collector import FormCollector
from .part_head import PartHead
from .reader import MultipartReader


class MultiPartParser:
    r"""Reads a ``multipart/form-data`` body into fields and files; `form` and `parse_form` do so by this class.

    ``headers`` are those of the request, ``stream`` gives the chunks of its body. ``sink`` makes the sink of a file,
    given its `PartHead`; without one a file is kept in memory up to `spool_max_size` bytes, and on disk beyond. The
    limits are those of `FormLimits`.

    >>> import asyncio
    >>> async def body():
    ...     yield b'--x\r\nContent-Disposition: form-data; name="tag"\r\n\r\na'
    ...     yield b"\r\n--x--\r\n"
    >>> headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    >>> asyncio.run(MultiPartParser(headers, body()).parse())
    FormData([('tag', 'a')])
    """

    spool_max_size: int = SPOOL_MAX_SIZE
    """Bytes of a file that are kept in memory, for all forms; 0 is no limit, as in `tempfile.SpooledTemporaryFile`.
    All files of a form share a `MemoryBudget`."""

    make_spooled_file: SpooledFileMaker | None = None
    """What makes the temporary file of an upload, for all forms; None is `tempfile.SpooledTemporaryFile`."""

    max_files: LimitAttribute = LimitAttribute()
    max_fields: LimitAttribute = LimitAttribute()
    max_part_size: LimitAttribute = LimitAttribute()

    def __init__(
        self,
        headers: Headers,
        stream: AsyncIterator[bytes],
        *,
        sink: SinkFactory | None = None,
        **limits: Unpack[FormLimits],
    ) -> None:
        self.headers = headers
        self.stream = stream
        self.items: list[tuple[str, FormValue]] = []
        self._limits = limits_of(limits)
        self._sink = sink

    async def parse(self) -> FormData:
        """The form. On an error all files are closed and removed, and it is raised.

        Raises `FormError` for a malformed form and one beyond a limit, and what the stream and the sinks raise.
        """
        reader = MultipartReader(self.headers.get("Content-Type", ""), self._limits)
        collector = FormCollector(self._sink or self._spooled(), shows_sinks=self._sink is not None)
        try:
            async for chunk in self.stream:
                for event in reader.feed(chunk):
                    work = collector.take(event, reader.codec)
                    if work is not None:
                        await work
                if reader.is_done:
                    break
            reader.close()
            if collector.is_long(reader.codec):
                self.items = await in_thread(collector.items, reader.codec)
            else:
                self.items = collector.items(reader.codec)
        except BaseException as error:
            await collector.abort(error)
            raise
        return FormData(self.items)

    def _spooled(self) -> SinkFactory:
        memory = MemoryBudget()
        max_size = self.spool_max_size or SPOOL_MAX_MEMORY

        def spooled(_: PartHead) -> UploadSink:
            return SpooledSink(max_size, memory=memory, make_file=self.make_spooled_file)

        return spooled
