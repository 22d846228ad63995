"""A message as it travels: a few bytes of head, then the text or bytes."""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

HEAD: Final = Struct(">cQ8sH")
"""What it is, its number, the id of the process it comes from, and the length of ``exclude``.

A script reads the second and the third as well.
"""

TEXT: Final = b"t"
BYTES: Final = b"b"


class Payload(NamedTuple):
    """What one process says to all: ``number`` grows with each message of ``process``, which is 8 bytes."""

    process: bytes
    number: int
    exclude: str
    data: str | bytes

    def encode(self) -> bytes:
        """As bytes; `ValueError` if ``exclude`` is longer than 65,535 bytes.

        Halves of surrogate pairs, which `json.loads` can make, pass as they are.
        """
        exclude = self.exclude.encode("utf-8", "surrogatepass")
        if len(exclude) > 0xFFFF:
            raise ValueError(f"The id of a member has at most 65535 bytes, not {len(exclude)}.")
        kind, data = (
            (TEXT, self.data.encode("utf-8", "surrogatepass")) if isinstance(self.data, str) else (BYTES, self.data)
        )
        return b"".join((HEAD.pack(kind, self.number, self.process, len(exclude)), exclude, data))

    @classmethod
    def decode(cls, content: bytes) -> Payload:
        """From bytes; `ValueError` if `encode` did not make them."""
        if len(content) < HEAD.size:
            raise ValueError("It is too short for a message.")
        kind, number, process, length = HEAD.unpack_from(content)
        end = HEAD.size + length
        if len(content) < end or kind not in (TEXT, BYTES):
            raise ValueError("It is no message.")
        exclude = content[HEAD.size : end].decode("utf-8", "surrogatepass")
        data = content[end:]
        return cls(process, number, exclude, data.decode("utf-8", "surrogatepass") if kind == TEXT else data)


def with_number(content: bytes, number: int) -> bytes:
    """What `Payload.encode` made, under another number.

    >>> message = Payload(b"process1", 0, "", "Hello")
    >>> with_number(message.encode(), 7) == message._replace(number=7).encode()
    True
    """
    return b"".join((content[:1], number.to_bytes(8), content[9:]))
