"""The hash of a file, taken while it arrives."""

from __future__ import annotations

from typing import BinaryIO, Final

from .._threads import in_thread
from .spooled_sink import SpooledSink
from .upload_sink import UploadSink

MAX_INLINE: Final = 512 * 1024
"""Bytes that are hashed on the event loop, which takes a millisecond or less; servers give far smaller chunks."""


class HashSink(UploadSink):
    """Hashes what it passes on to another sink: ``sink``, a `SpooledSink` by default.

    ``file`` is that of the other sink. ``algorithm`` is a name that `hashlib.new` knows, ``sha256`` by default;
    `ValueError` for one that is unknown, or whose digest has no length of its own.

    >>> import asyncio
    >>> async def hashed():
    ...     sink = HashSink(algorithm="md5")
    ...     await sink.write(b"content")
    ...     await sink.finish()
    ...     with sink.file as file:
    ...         return sink.hexdigest(), file.read()
    >>> asyncio.run(hashed())
    ('9a0364b9e99bb480dd25e1f0284c8555', b'content')
    """

    def __init__(self, sink: UploadSink | None = None, algorithm: str = "sha256") -> None:
        import hashlib  # takes some milliseconds, as it loads OpenSSL

        self._hash = hashlib.new(algorithm)
        if not self._hash.digest_size:
            raise ValueError(f"The digest of {algorithm} has no length of its own: take another.")
        self.file: BinaryIO | None = None
        self.sink: UploadSink = SpooledSink() if sink is None else sink

    def digest(self) -> bytes:
        """The hash of all bytes so far."""
        return self._hash.digest()

    def hexdigest(self) -> str:
        """The hash of all bytes so far, as hexadecimal digits."""
        return self._hash.hexdigest()

    async def write(self, chunk: bytes, /) -> None:
        if len(chunk) > MAX_INLINE:
            await in_thread(self._hash.update, chunk)  # which lets other threads run meanwhile
        else:
            self._hash.update(chunk)
        await self.sink.write(chunk)

    async def finish(self) -> None:
        await self.sink.finish()
        self.file = self.sink.file

    async def abort(self) -> None:
        await self.sink.abort()
