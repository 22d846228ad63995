"""From the chunks of an urlencoded body to its fields, within limits. It knows bytes only: no connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import repeat
from typing import Final

from ._charset import CHARSET_FIELD, decoded, form_codec
from ._form_error import FormError
from ._limits import Limits, size_text

WINDOW: Final = 64 * 1024
"""Bytes that are split at once: each field, an empty one as well, costs a reference."""

MAX_ENCODING: Final = 3
"""Bytes that a byte takes at most as it is sent."""

MAX_INLINE: Final = 128 * 1024
"""Bytes that are decoded on the event loop, which takes some milliseconds."""

FEW: Final = 10
"""Fields that are decoded one by one, which is faster for fewer."""

Replacement = Callable[[re.Match[bytes]], bytes]

AND: Final = "\ufdd0"
IS: Final = "\ufdd1"
"""Two characters that Unicode keeps for such a use, and nobody should send."""


class UrlencodedParser:
    """Parses an ``application/x-www-form-urlencoded`` body (WHATWG URL section 5.1) in chunks of any size.

    ``codec`` is what the percent-decoded bytes are encoded in, where no field ``_charset_`` says otherwise. What is no
    UTF-8 becomes U+FFFD; a name or value that is not in another codec is read as latin-1.

    >>> parser = UrlencodedParser(Limits())
    >>> for chunk in (b"name=Zo%C", b"3%AB+M&em", b"pty"):
    ...     parser.feed(chunk)
    >>> parser.close()
    [('name', 'Zoë M'), ('empty', '')]
    """

    def __init__(self, limits: Limits, codec: str = "utf-8") -> None:
        self._limits = limits
        self._codec = codec
        self._fields: list[bytes] = []
        self._size = 0  # of all complete fields
        self._pending = bytearray()
        self._is_name_known = False  # of the pending field, and checked
        self._is_refused = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body; raises `FormError` beyond a limit."""
        try:
            self._feed(chunk)
        except FormError:
            self._is_refused = True
            self._pending.clear()
            raise

    def _feed(self, chunk: bytes) -> None:
        for start in range(0, len(chunk), WINDOW):
            *ended, last = chunk[start : start + WINDOW].split(b"&")
            if ended:
                ended[0] = bytes(self._pending) + ended[0]
                self._pending.clear()
                self._is_name_known = False
                self._add([field for field in ended if field])
            if last:
                self._pending += last
                self._check(self._pending)
                self._check_name_so_far(self._pending)

    @property
    def fields_seen(self) -> int:
        """How many fields were looked at; the last may be the one that is beyond a limit."""
        return len(self._fields) + self._is_refused

    @property
    def incomplete_field(self) -> bytes:
        """What is kept of a field that is not complete: nothing of one that is beyond a limit."""
        return bytes(self._pending)

    @property
    def is_long(self) -> bool:
        """Whether `close` takes so long that it is better called in a thread."""
        return self._size + len(self._pending) > MAX_INLINE

    def close(self) -> list[tuple[str, str]]:
        """The fields, after the last bytes of the body."""
        if self._pending:
            self._add([bytes(self._pending)])
            self._pending.clear()
        pairs = _pairs(self._fields, self._codec)
        label = next((value for name, value in pairs if name == CHARSET_FIELD), None)
        if label is not None:
            codec = form_codec(label, self._codec)
            if codec != self._codec:
                return _pairs(self._fields, codec)
        return pairs

    def _add(self, fields: list[bytes]) -> None:
        limits, size = self._limits, sum(map(len, fields))
        if (
            len(self._fields) + len(fields) > limits.max_fields
            or self._size + size > limits.max_total_field_size
            or (size > (most := min(limits.max_part_size, limits.max_name_size)) and max(map(len, fields)) > most)
        ):
            for field in fields:  # one of them may be beyond a limit: which, and which limit
                self._check(field)
                self._check_name(field.partition(b"=")[0])
                self._size += len(field)
                self._fields.append(field)
        else:
            self._size += size
            self._fields += fields

    def _check(self, field: bytes | bytearray) -> None:
        limits, size = self._limits, len(field)
        if len(self._fields) >= limits.max_fields:
            raise FormError.beyond_limit(f"Too many fields. Maximum number of fields is {limits.max_fields}.")
        left = limits.max_total_field_size - self._size
        # The limit that is reached first is told. The sign between name and value does not count for one field; it is
        # looked for once at most, so that time stays linear.
        if left < limits.max_part_size and size > left:
            raise FormError.beyond_limit(
                f"Fields exceeded maximum size of {limits.max_total_field_size} bytes together."
            )
        if size > limits.max_part_size and size - (b"=" in field) > limits.max_part_size:
            raise FormError.beyond_limit(f"Field exceeded maximum size of {size_text(limits.max_part_size)}.")

    def _check_name_so_far(self, field: bytearray) -> None:
        if self._is_name_known or len(field) <= self._limits.max_name_size:
            return
        name, mark, _ = field.partition(b"=")
        self._is_name_known = bool(mark)
        limit = self._limits.max_name_size
        beyond = name[: int(limit) + 1]
        # What a name with escapes stands for is measured when it is complete, so that time stays linear.
        if mark or len(name) > MAX_ENCODING * limit or (b"%" not in beyond and beyond.isascii()):
            self._check_name(name)

    def _check_name(self, name: bytes | bytearray) -> None:
        limit, size = self._limits.max_name_size, len(name)
        if size <= limit:
            return
        if size > MAX_ENCODING * limit or len(_decoded(bytes(name), self._codec).encode()) > limit:
            raise FormError.beyond_limit(f"Field name exceeded maximum size of {limit} bytes.")


def _pairs(fields: list[bytes], codec: str) -> list[tuple[str, str]]:
    """Names and values of fields that are not empty.

    A call for each name and each value would take most of the time, so many are decoded all at once, where that cannot
    make another field of one: as UTF-8, which no byte can run together with an ``&`` or ``=`` next to it. Where one of
    these two is encoded in a field, a character stands for it until the fields are apart.
    """
    if codec != "utf-8" or len(fields) < FEW:
        return [_pair(field, codec) for field in fields]
    body = b"&".join(fields)
    escapes = body.count(b"%26") + body.count(b"%3D") + body.count(b"%3d")
    if not escapes:
        return _split(_decoded(body, codec).split("&"))
    body = body.replace(b"%26", AND.encode()).replace(b"%3D", IS.encode()).replace(b"%3d", IS.encode())
    text = _decoded(body, codec)
    if text.count(AND) + text.count(IS) != escapes:  # somebody sent these characters
        return [_pair(field, codec) for field in fields]
    texts = text.split("&")
    pairs = _split(texts)
    for index in [index for index, field in enumerate(texts) if AND in field or IS in field]:
        name, value = pairs[index]
        pairs[index] = _restored(name), _restored(value)
    return pairs


def _split(fields: list[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in map(str.partition, fields, repeat("="))]


def _restored(text: str) -> str:
    return text.replace(AND, "&").replace(IS, "=")


def _pair(field: bytes, codec: str) -> tuple[str, str]:
    if b"%" not in field and b"+" not in field and field.isascii():
        plain_name, _, plain_value = field.decode("ascii").partition("=")
        return plain_name, plain_value
    name, _, value = field.partition(b"=")
    return _decoded(name, codec), _decoded(value, codec)


def _decoded(encoded: bytes, codec: str) -> str:
    content = _unquoted(encoded.replace(b"+", b" "))
    return content.decode(codec, "replace") if codec == "utf-8" else decoded(content, codec)


def _unquoted(encoded: bytes) -> bytes:
    """Percent-decoded bytes: not by `urllib.parse`, which makes an exception of each ``%`` that encodes nothing."""
    if b"%" not in encoded:
        return encoded
    substitute, byte_of = _escapes()
    if len(encoded) <= WINDOW:
        return substitute(byte_of, encoded)
    decoded_windows, start = list[bytes](), 0
    while start < len(encoded):
        end = start + WINDOW
        if end < len(encoded):  # where no escape is cut
            end = encoded.rfind(b"%", end - 2, end) if b"%" in encoded[end - 2 : end] else end
        decoded_windows.append(substitute(byte_of, encoded[start:end]))
        start = end
    return b"".join(decoded_windows)


@lru_cache(maxsize=1)
def _escapes() -> tuple[Callable[[Replacement, bytes], bytes], Replacement]:
    """What substitutes escapes, and what gives the byte of one; made when needed, to keep the import cheap."""
    digits = "0123456789abcdefABCDEF"
    values = {f"%{high}{low}".encode(): bytes.fromhex(high + low) for high in digits for low in digits}
    return re.compile(rb"%[0-9a-fA-F]{2}").sub, lambda match: values[match[0]]
