"""One field of a form, looked for while the form arrives: each byte is looked at about once, however it is cut up."""

from __future__ import annotations

import re
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from asgi_types import TOKEN

_PARAMETER: Final = re.compile(rf'[ \t]*+;[ \t]*+({TOKEN})=(?:"((?:[^"\\]|\\.)*+)"|({TOKEN}))[ \t]*+', re.DOTALL)
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")  # RFC 2046 section 5.1.1


class FieldSearch(Protocol):
    """Looks for the first field of a name."""

    value: bytes | None
    """Of the field, once it was found."""

    def feed(self, data: bytes, *, is_last: bool) -> bool:
        """Take the next bytes of the form; whether no more are needed."""
        ...


def field_search(content_type: str, name: str) -> FieldSearch | None:
    """What looks for a field in a body of this type, or None where the type has no fields, or is malformed.

    >>> search = field_search("application/x-www-form-urlencoded", "b")
    >>> search.feed(b"a=1&b=", is_last=False), search.feed(b"2&c", is_last=False), search.value
    (False, True, b'2')
    """
    media_type, semicolon, rest = content_type.partition(";")
    media_type = media_type.strip(" \t").lower()
    if media_type == "application/x-www-form-urlencoded":
        return UrlencodedSearch(name)
    if media_type != "multipart/form-data":
        return None
    boundary = parameters(semicolon + rest).get("boundary", "")
    return MultipartSearch(name, boundary) if _BOUNDARY.fullmatch(boundary) else None


def parameters(text: str) -> dict[str, str]:
    r"""The parameters of a header value, from the first semicolon on; none where one is malformed or there twice.

    Escapes in quotes are left as they are.

    >>> parameters('; name="a"; size=1'), parameters("; name=")
    ({'name': 'a', 'size': '1'}, {})
    """
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None or match[1].lower() in found:
            return {}
        found[match[1].lower()] = match[3] if match[2] is None else match[2]
        position = match.end()
    return found


class UrlencodedSearch:
    """In a form of ``application/x-www-form-urlencoded`` (URL standard section 5.1)."""

    value: bytes | None = None

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._pieces: list[bytes] = []  # of the pair that has not ended

    def feed(self, data: bytes, *, is_last: bool) -> bool:
        first, *more = data.split(b"&")
        self._pieces.append(first)
        for piece in more:
            if self._ends_pair():
                return True
            self._pieces = [piece]
        return is_last and self._ends_pair()

    def _ends_pair(self) -> bool:
        name, _, value = b"".join(self._pieces).partition(b"=")
        if _decoded(name) != self._name:
            return False
        self.value = _decoded(value)
        return True


class MultipartSearch:
    """In a form of ``multipart/form-data`` (RFC 7578), where a field may be behind others and files."""

    value: bytes | None = None

    def __init__(self, name: str, boundary: str) -> None:
        self._name = name
        self._delimiter = b"\r\n--" + boundary.encode()
        self._buffer = bytearray(b"\r\n")  # as before each other delimiter
        self._start = 0  # of the headers, or the content, of the part
        self._scanned = 0
        self._is_in_headers = False
        self._is_wanted = False

    def feed(self, data: bytes, *, is_last: bool) -> bool:  # noqa: ARG002 - what ends has its own mark of the end
        self._buffer += data
        while True:
            wanted = b"\r\n\r\n" if self._is_in_headers else self._delimiter
            end = self._buffer.find(wanted, self._scanned)
            # Behind a delimiter is a line's end, or the mark of the last one.
            room = 0 if self._is_in_headers else 2
            if end < 0 or len(self._buffer) < end + len(wanted) + room:
                self._scanned = max(self._scanned, len(self._buffer) - len(wanted) - room)
                return False
            if self._is_in_headers:
                self._end_headers(end)
            elif self._end_content(end):
                return True

    def _end_headers(self, end: int) -> None:
        self._is_wanted = self._is_field(self._buffer[self._start : end].decode("latin-1"))
        self._is_in_headers = False
        # A part without content has the delimiter's CRLF right behind its headers.
        self._start = end + 4
        self._scanned = end + 2

    def _end_content(self, end: int) -> bool:
        """Whether this was the part, or no other can come."""
        if self._is_wanted:
            self.value = bytes(self._buffer[self._start : end])
            return True
        after = end + len(self._delimiter)
        self._is_in_headers = True
        self._start = self._scanned = after
        return not self._buffer.startswith(b"\r\n", after)

    def _is_field(self, headers: str) -> bool:
        for line in headers.split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-disposition":
                kind, semicolon, rest = value.partition(";")
                given = parameters(semicolon + rest)
                return kind.strip(" \t").lower() == "form-data" and given.get("name") == self._name
        return False


def _decoded(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))
