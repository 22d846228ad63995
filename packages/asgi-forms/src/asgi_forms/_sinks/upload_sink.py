"""What takes the content of an uploaded file."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from .._multipart.part_head import PartHead


class UploadSink:
    """Takes one file of a form as it arrives; to be subclassed, with at least a `write`.

    `write` gets the content in the chunks that arrive, and nothing more is received until it returns, so a slow one
    slows the client down. Then `finish` is called once, also for an empty file. `abort` is called instead, or after it,
    when the form fails: a limit is broken, the client disconnects, a later file cannot be written. It should remove
    what was written. None of them may block the event loop. What one raises fails the form.

    ``file`` is what `UploadFile.read` reads after `finish`, from its beginning; None, the default, where there is
    nothing to read. The sink itself is ``UploadFile.sink``.

    >>> class Counted(UploadSink):
    ...     size = 0
    ...     async def write(self, chunk):
    ...         self.size += len(chunk)
    """

    file: BinaryIO | None = None

    async def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""
        raise NotImplementedError(f"{type(self).__name__} needs a method write(chunk).")

    async def finish(self) -> object:
        """The file is complete."""

    async def abort(self) -> object:
        """The form failed: remove what was written. Called once, after `finish` or in place of it."""


SinkFactory = Callable[[PartHead], UploadSink]
"""Makes the sink for a file, given what its part says of it: a class of sinks that takes that, or a function."""
