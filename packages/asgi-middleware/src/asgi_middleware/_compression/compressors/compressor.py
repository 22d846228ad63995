"""What every coding has for one response."""

from __future__ import annotations

from typing import Protocol

Bytes = bytes | bytearray | memoryview


class Compressor(Protocol):
    """Compresses the body of one response, given in parts; each call gives what is to be sent then."""

    def compress(self, data: Bytes) -> bytes:
        """Take a part, and give what the coder has no more use for, which may be nothing."""
        ...

    def flush(self, data: Bytes) -> bytes:
        """Take a part, and give all that a client needs to read this far."""
        ...

    def finish(self, data: Bytes) -> bytes:
        """Take the last part, or the whole body, and end."""
        ...
