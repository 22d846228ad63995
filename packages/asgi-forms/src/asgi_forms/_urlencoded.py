"""The parser of urlencoded forms. It knows bytes only: no connection, no headers."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from ._form_error import FormError


class UrlencodedParser:
    """Parses an ``application/x-www-form-urlencoded`` body (WHATWG URL section 5.1) in chunks of any size.

    At most ``max_fields`` fields of at most ``max_part_size`` bytes each, which are those of a name and its value as
    sent; the first byte beyond is a `FormError`, in whatever chunk it comes.

    >>> parser = UrlencodedParser(max_fields=10, max_part_size=100)
    >>> for chunk in (b"name=Zo%C", b"3%AB+M&em", b"pty"):
    ...     parser.feed(chunk)
    >>> parser.close()
    [('name', 'Zoë M'), ('empty', '')]
    """

    def __init__(self, max_fields: float, max_part_size: float) -> None:
        self._max_fields = max_fields
        self._max_part_size = max_part_size
        self._fields: list[tuple[str, str]] = []
        self._pending = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body; raises `FormError` beyond a limit."""
        start = 0
        while (end := chunk.find(b"&", start)) >= 0:
            if end > start:
                self._extend(chunk[start:end])
            if self._pending:
                self._end_field()
            start = end + 1
        if start < len(chunk):
            self._extend(chunk[start:])

    def close(self) -> list[tuple[str, str]]:
        """The fields, after the last bytes of the body."""
        if self._pending:
            self._end_field()
        return self._fields

    def _extend(self, part: bytes) -> None:
        if len(self._fields) >= self._max_fields:
            raise FormError(413, f"Too many fields. Maximum number of fields is {self._max_fields}.")
        self._pending += part
        size = len(self._pending)
        # The sign between name and value does not count. It is looked for once at most, so that time stays linear.
        if size > self._max_part_size and size - (b"=" in self._pending) > self._max_part_size:
            raise FormError(413, f"Field exceeded maximum size of {self._max_part_size} bytes.")

    def _end_field(self) -> None:
        name, _, value = bytes(self._pending).partition(b"=")
        self._fields.append((_decoded(name), _decoded(value)))
        self._pending.clear()


def _decoded(encoded: bytes) -> str:
    return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8", "replace")
