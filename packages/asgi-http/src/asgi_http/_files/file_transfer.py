"""One file response on its way: what was decided for it, what has been read of it, and the messages it is sent in.

Only `OSError` from ``send`` means that the client has gone, and ends a transfer quietly. One from reading is an error.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Sequence
from typing import Any, Final, Protocol

from asgi_types import Message, RawHeaders, Receive, Scope, Send, denial_send, send_tells_disconnect

from .._background.thread_limiters import run_in_thread
from .._disconnect import ClientWatch, run_until_disconnect
from .byteranges import Segment
from .file_body import READ_AHEAD, FileBody, OpenFile

CHUNK_SIZE: Final = 64 * 1024
"""Bytes of a message, if nobody says otherwise."""


class FileOptions(Protocol):
    """What a `FileResponse` says of how it is sent."""

    inline_size: int
    chunk_size: int
    raises_disconnect: bool
    background: Any


class FileTransfer:
    """Status and headers, and the segments of a file that follow them: none where there may be no body.

    `prepare` chooses the way and reads the beginning, and `run` sends. Who made it closes the file.
    """

    __slots__ = (
        *("_body", "_chunks", "_extension", "_is_small", "_raises_disconnect", "_segments"),
        *("file", "headers", "status"),
    )

    def __init__(self, file: OpenFile, status: int, headers: RawHeaders, segments: Sequence[Segment]) -> None:
        self.file = file
        self.status = status
        self.headers = headers
        self._segments = segments
        self._body: FileBody | None = None
        self._chunks: list[bytes] = []
        self._extension = ""
        self._is_small = False
        self._raises_disconnect = False

    @property
    def is_chunked(self) -> bool:
        """Whether the body is read and sent chunk by chunk."""
        return self._body is not None and not self._is_small

    def prepare(self, response: FileOptions, scope: Scope) -> None:
        """Read the body, or its beginning if it has more than ``inline_size`` bytes, or more than a small chunk."""
        self._raises_disconnect = response.raises_disconnect
        if not self._segments or scope.get("method", "").upper() == "HEAD":
            return
        body = FileBody(self.file, self._segments, response.chunk_size)
        inline_size = response.inline_size
        if response.chunk_size < CHUNK_SIZE:  # somebody wants small messages
            inline_size = min(inline_size, response.chunk_size)
        extensions = scope["type"] == "http" and scope.get("extensions")
        # With work to do after it, the file may be removed or replaced then, before the server opens it.
        stays = response.background is None
        if stays and extensions and "http.response.pathsend" in extensions and self.status != 206:
            self._extension = "pathsend"
            self.file.close()
        elif extensions and "http.response.zerocopysend" in extensions and body.length > inline_size:
            self._extension = "zerocopysend"
        else:
            self._body = body
            self._is_small = body.length <= inline_size
            if not self.file.at_once:  # and so in a thread
                self._chunks = body.read()
            elif self._is_small:
                self._chunks = body.read_at_once(body.length)

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, or as much of it as the client waits for."""
        if scope["type"] == "websocket":
            send = denial_send(send)
        body = self._body
        if body is not None and self._is_small:
            await self._read_whole(body)
        if not await self._is_sent(
            send, {"type": "http.response.start", "status": self.status, "headers": self.headers}
        ):
            return
        if self._extension == "zerocopysend":
            await self._send_segments(send)
        elif self._extension == "pathsend":
            await self._is_sent(send, {"type": "http.response.pathsend", "path": await _absolute(self.file.path)})
        elif body is None or not body.length:
            await self._is_sent(send, {"type": "http.response.body", "body": b"", "more_body": False})
        elif not body.unread or scope["type"] == "websocket" or send_tells_disconnect(scope):
            await self._send_chunks(body, send, ClientWatch())
        else:
            watch = ClientWatch()
            await run_until_disconnect(lambda: self._send_chunks(body, send, watch), scope, receive, watch)

    async def _read_whole(self, body: FileBody) -> None:
        while body.unread:
            self._chunks += await body.read_in_thread()
        if len(self._chunks) > 1:
            self._chunks = [b"".join(self._chunks)]

    async def _send_chunks(self, body: FileBody, send: Send, watch: ClientWatch) -> None:
        unsent = body.length
        unpaused = 0
        while True:
            if not body.unread:
                self.file.close()  # a slow client may take long for what is in memory
            for chunk in self._chunks:
                unsent -= len(chunk)
                if not unsent:
                    watch.end()
                message = {"type": "http.response.body", "body": chunk, "more_body": unsent > 0}
                if not await self._is_sent(send, message):
                    return
            if not unsent:
                return
            self._chunks = body.read_at_once(1)
            unpaused += sum(map(len, self._chunks))
            if not self._chunks:
                self._chunks = await body.read_in_thread()
                unpaused = 0
            elif unpaused >= READ_AHEAD:
                from anyio.lowlevel import checkpoint  # few files are that large

                await checkpoint()  # where neither the disk nor the client is slow, others still have their turn
                unpaused = 0

    async def _send_segments(self, send: Send) -> None:
        """Let the server send what is in the file."""
        segments = self._segments
        with os.fdopen(self.file.fileno(), "rb", buffering=0, closefd=False) as opened:
            for number, segment in enumerate(segments, 1):
                message: dict[str, Any] = {"more_body": number < len(segments)}
                if isinstance(segment, bytes):
                    message |= {"type": "http.response.body", "body": segment}
                else:
                    start, end = segment
                    message |= {"type": "http.response.zerocopysend", "file": opened}
                    message |= {"offset": start, "count": end - start}
                if not await self._is_sent(send, message):
                    return

    def _is_sent(self, send: Send, message: Message) -> Awaitable[bool]:
        return _sent(send, message) if self._raises_disconnect else is_sent(send, message)


async def _sent(send: Send, message: Message) -> bool:
    await send(message)
    return True


async def is_sent(send: Send, message: Message) -> bool:
    """Send a message; false if the client has gone."""
    try:
        await send(message)
    except OSError:
        return False
    return True


async def _absolute(path: str | os.PathLike[str]) -> str:
    path = os.fspath(path)
    if os.path.isabs(path):  # noqa: PTH117 - pathlib costs ten times as much
        return path
    return await run_in_thread("files", lambda: os.path.abspath(path))  # noqa: PTH100 - links stay
