"""A file as a response: its headers, the requests it answers without sending it, and the way it is sent.

What is sent is decided in one step, `FileResponse._begin`, which opens the file, looks at it and reads its beginning.
It runs on the event loop where it can tell what would wait for a disk, and as a whole in a thread where it cannot.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, Self

from asgi_types import (
    GUARD,
    BackgroundWork,
    HTTPException,
    Message,
    RawHeaders,
    Receive,
    Response,
    Scope,
    Send,
    answer,
    may_have_body,
    refuse,
)

from .._background.thread_limiters import run_in_thread
from .._conditional.entity_tag import file_etag
from .._conditional.http_date import format_http_date, parse_http_date
from .._conditional.preconditions import conditional_fields, evaluate_preconditions, not_modified_headers
from .byteranges import make_boundary, multipart_layout, multipart_segments
from .content_disposition import format_content_disposition
from .file_body import CAN_READ_AT_ONCE, NoSuchFile, OpenFile
from .file_transfer import CHUNK_SIZE, FileTransfer, is_sent
from .media_type import guess_media_type
from .ranges import MalformedRangeHeader, RangeNotSatisfiable, if_range_holds, is_in_bytes, parse_ranges

if TYPE_CHECKING:
    from anyio import AsyncFile


class FileOpener(Protocol):
    """`anyio.open_file`, or what stands for it."""

    async def __call__(self, file: str | os.PathLike[str], /, *, mode: Literal["rb"]) -> AsyncFile[bytes]: ...


class FileResponse(Response):
    r"""Send the file at ``path``, whole or in the ranges that the client asks for.

    ``media_type`` is guessed from ``filename`` or the path if not given. ``filename`` makes a ``Content-Disposition``
    header of type ``content_disposition_type`` (RFC 6266): the name under which the client saves the file.
    ``stat_result`` makes the headers of the file's size and time known at once; they are renewed if the file has
    changed when it is sent.

    With status 200, ``If-None-Match`` and the other preconditions (RFC 9110 section 13) get a 304 or 412, and a GET
    with ``Range`` (section 14) gets a 206: one range as it is, several as ``multipart/byteranges``, and the whole file
    for more than `max_ranges`, for several of a file with a ``Content-Encoding``, or for another unit than bytes. A
    malformed range is refused with 400, and one behind the end of the file with 416. The tag is made of time and size,
    and of the ``Content-Encoding`` if there is one.

    ``background`` is awaited in each of these cases too, after the answer, so that it may remove the file.

    A body of at most `inline_size` bytes is sent in one message. A larger one is sent in chunks of `chunk_size`, of
    which at most 256 KiB are in memory; if the client leaves, it ends quietly. All of it comes from the one file that
    was opened, even if the name gets another one meanwhile.

    The server sends the file itself if it offers ``http.response.zerocopysend``, for more than `inline_size` bytes, or
    ``http.response.pathsend``. With the latter it opens the path itself, and that may be after this call has returned.
    So a response with ``background`` is never sent in that way: remove or replace a file there, and nowhere else.

    Raises, when called, `RuntimeError` if there is no file at ``path``, if it becomes shorter while it is sent, or if
    it does not tell its size, as those of ``/proc``.

    >>> response = FileResponse("report.csv", filename="Report 2025.csv")
    >>> response.headers["content-type"], response.headers["content-disposition"]
    ('text/csv; charset=utf-8', 'attachment; filename="Report 2025.csv"; filename*=utf-8\'\'Report%202025.csv')
    """

    chunk_size: int = CHUNK_SIZE
    """Bytes of a message, 256 KiB at most. Less than 64 KiB also hold where `inline_size` is more."""
    max_ranges: int = 100
    """More ranges than these get the whole file."""
    inline_size: int = 64 * 1024
    """Bytes of a body that is read before the response begins.

    On Linux nothing waits for the disk: what is in memory is read on the event loop, and the rest in a thread. Only
    opening the file is always done on the loop. With 0, as for network file systems that answer slowly, that is done in
    a thread too, as it is on other platforms.
    """
    ignores_foreign_ranges: bool = True
    """Whether a range that section 14.2 says to ignore is ignored; else HEAD has ranges, and another unit is a 400."""
    trusts_stat_result: bool = False
    """Whether a file that is shorter than `stat_result` says is a `RuntimeError`; else it is sent as it is now."""
    weak_while_young: bool = True
    """Whether the tag of a file that was changed less than two seconds ago is weak; see RFC 9110 section 8.8.1."""
    raises_disconnect: bool = False
    """Whether a client that leaves is the `OSError` of ``send``, and ``background`` does not run then."""
    open_file: FileOpener | None = None
    """Opens a file that is sent in chunks, as `anyio.open_file` does; None takes the descriptor that was looked at.

    It is called with the path and ``mode="rb"``. What is sent is read from the file that it gives, which is closed
    after that.
    """
    path: str | os.PathLike[str]
    filename: str | None = None
    stat_result: os.stat_result | None = None
    _stat_headers: Sequence[tuple[bytes, bytes]] = ()
    _expected: os.stat_result | None = None

    def __init__(
        self,
        path: str | os.PathLike[str],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: BackgroundWork | None = None,
        filename: str | None = None,
        stat_result: os.stat_result | None = None,
        content_disposition_type: str = "attachment",
    ) -> None:
        self.path = path
        if status_code != 200:
            self.status_code = status_code
        if background is not None:
            self.background: BackgroundWork | None = background
        if media_type is not None:
            self.media_type = media_type
        elif self.media_type is None:
            self.media_type: str | None = guess_media_type(filename or path)
        self.init_headers(headers)
        self._add_headers([(b"accept-ranges", b"bytes")])
        if filename is not None:
            self.filename = filename
            disposition = format_content_disposition(content_disposition_type, filename)
            self._add_headers([(b"content-disposition", disposition.encode("latin-1"))])
        if stat_result is not None:
            self.stat_result = stat_result
            self.set_stat_headers(stat_result)

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Add ``content-length``, ``last-modified`` and ``etag`` of a file, each unless it was given.

        The value of ``content-encoding`` is a part of the tag. Those that an earlier call has added are replaced.
        """
        now = time.time()
        tag_time = now if self.weak_while_young else math.inf
        # RFC 9110 section 8.8.2.1: a time that lies ahead is told as now.
        modified = format_http_date(max(min(stat_result.st_mtime, now), 0))
        self._remove_headers(self._stat_headers)
        self._stat_headers = (
            (b"content-length", b"%d" % stat_result.st_size),
            (b"last-modified", modified.encode("latin-1")),
            (b"etag", file_etag(stat_result, tag_time, self._encoding()).encode("latin-1")),
        )
        self._add_headers(self._stat_headers)

    def generate_multipart(
        self, ranges: Sequence[tuple[int, int]], boundary: str, max_size: int, content_type: str
    ) -> tuple[int, Callable[[int, int], bytes]]:
        """The length of a ``multipart/byteranges`` body, and a function that makes what stands before a range.

        Ranges are ``(start, end)`` with ``end`` not included; ``max_size`` is the size of the file.
        """
        return multipart_layout(ranges, boundary, max_size, content_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at_once = CAN_READ_AT_ONCE and self.inline_size > 0
        try:
            if at_once:
                transfer = self._begin(scope, at_once=True)
            else:
                transfer = await run_in_thread("files", self._begin, scope)
        except HTTPException as exc:
            refusal = exc
        else:
            try:
                if self.open_file is not None and transfer.is_chunked:
                    transfer.file.go_on_by((await self.open_file(self.path, mode="rb")).wrapped)
                await transfer.run(scope, receive, send)
            finally:
                transfer.file.close()
            if self.background is not None:
                await self.background()
            return
        await self._refuse(scope, receive, send, refusal)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, refusal: HTTPException) -> None:
        if self.background is None:
            await refuse(scope, receive, send, refusal)
            return

        async def refused(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            raise refusal

        async def quiet_send(message: Message) -> None:
            await is_sent(send, message)  # or else the client has gone, which is no reason to leave work undone

        # What is raised is answered after us. So that our work comes after the answer, it is given right here.
        if GUARD in scope:
            await scope[GUARD](refused, scope, receive, quiet_send)
        else:
            await answer(scope, receive, quiet_send, refusal)
        await self.background()

    def _begin(self, scope: Scope, *, at_once: bool = False) -> FileTransfer:
        """Open the file and find out what to send. Raises `HTTPException` if the request is to be refused."""
        file = OpenFile(self.path, at_once=at_once, expected=self._expected)
        try:
            transfer = self._as_of(file.stat_result)._answer(scope, file)
            transfer.prepare(self, scope)
        except BaseException:
            file.close()
            raise
        return transfer

    def _as_of(self, stat_result: os.stat_result) -> Self:
        """The response with the headers of the file as it is now."""
        known = self.stat_result
        if known is not None and (known.st_size, known.st_mtime_ns) == (stat_result.st_size, stat_result.st_mtime_ns):
            return self
        if known is not None and self.trusts_stat_result and stat_result.st_size < known.st_size:
            raise NoSuchFile(f"File at path {self.path} is shorter than expected.")
        # One response may be sent many times, also at once: what changes from one to the next is in a copy.
        response = object.__new__(type(self))
        response.__dict__.update(self.__dict__)
        response.raw_headers = self.raw_headers.copy()
        response.set_stat_headers(stat_result)
        return response

    def _answer(self, scope: Scope, file: OpenFile) -> FileTransfer:
        size = file.stat_result.st_size
        method = scope.get("method", "").upper()
        if self.status_code == 200 and method in ("GET", "HEAD"):
            fields = conditional_fields(scope["headers"])
            if fields:
                if self._is_not_modified(method, fields):
                    return FileTransfer(file, 304, not_modified_headers(self.raw_headers), ())
                has_ranges = method == "GET" or not self.ignores_foreign_ranges
                ranges = self._ranges(fields, size) if has_ranges else None
                if ranges is not None:
                    return self._partial(file, ranges)
        status = self.status_code
        if not may_have_body(status):
            headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
            return FileTransfer(file, status, headers, ())
        return FileTransfer(file, status, _replaced(self.raw_headers, b"content-length", b"%d" % size), [(0, size)])

    def _is_not_modified(self, method: str, fields: Mapping[bytes, str]) -> bool:
        modified = parse_http_date(self.headers.get("last-modified", ""))
        verdict = evaluate_preconditions(method, fields, self.headers.get("etag"), modified)
        if verdict == 412:
            raise HTTPException(412)
        return verdict == 304

    def _ranges(self, fields: Mapping[bytes, str], size: int) -> list[tuple[int, int]] | None:
        """The ranges to send, or None for the whole file."""
        wanted, if_range = fields.get(b"range"), fields.get(b"if-range")
        if wanted is None:
            return None
        etag, modified = self.headers.get("etag"), self.headers.get("last-modified")
        if if_range is not None and not if_range_holds(if_range, etag, modified):
            return None
        try:
            ranges = parse_ranges(wanted, size, self.max_ranges)
        except MalformedRangeHeader as exc:
            raise HTTPException(400, exc.content) from None
        except RangeNotSatisfiable as exc:
            raise HTTPException(416, "", {"content-range": f"bytes */{exc.max_size}"}) from None
        if ranges is None and not self.ignores_foreign_ranges and not is_in_bytes(wanted):
            raise HTTPException(400, "Only support bytes range")
        if ranges is not None and len(ranges) > 1 and self._encoding():
            return None  # a body of several parts is not in that coding, though the header would say so
        return ranges

    def _partial(self, file: OpenFile, ranges: Sequence[tuple[int, int]]) -> FileTransfer:
        size = file.stat_result.st_size
        if len(ranges) == 1:
            start, end = ranges[0]
            headers = _replaced(self.raw_headers, b"content-length", b"%d" % (end - start))
            headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)))
            return FileTransfer(file, 206, headers, ranges)
        boundary = make_boundary()
        content_type = self.headers.get("content-type", "application/octet-stream")
        length, part_header = self.generate_multipart(ranges, boundary, size, content_type)
        headers = _replaced(self.raw_headers, b"content-length", b"%d" % length)
        headers = _replaced(headers, b"content-type", f"multipart/byteranges; boundary={boundary}".encode("latin-1"))
        return FileTransfer(file, 206, headers, multipart_segments(ranges, boundary, part_header))

    def _encoding(self) -> str | None:
        for name, value in self.raw_headers:  # asked for every file, and most have none
            if name == b"content-encoding":
                return value.decode("latin-1")
        return None

    def _add_headers(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        raw = self.raw_headers
        names = {name for name, _ in raw}
        raw.extend(pair for pair in pairs if pair[0] not in names)

    def _remove_headers(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        if pairs:
            raw = self.raw_headers
            raw[:] = [pair for pair in raw if pair not in pairs]


def expect(response: FileResponse, stat_result: os.stat_result) -> None:
    """Have the response send the file that had this status when it was looked up, and no other that has its name now.

    Called, it then raises `NoSuchFile` if there is another one or none, or one that may not be read any more.
    """
    response._expected = stat_result


def _replaced(headers: RawHeaders, name: bytes, value: bytes) -> RawHeaders:
    """A copy with this header in its place, or at the end."""
    replaced = [pair if pair[0] != name else (name, value) for pair in headers]
    if (name, value) not in replaced:
        replaced.append((name, value))
    return replaced
