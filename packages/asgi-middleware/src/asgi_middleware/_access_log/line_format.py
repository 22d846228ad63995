"""An access record as one line: of text for people, or of JSON."""

from __future__ import annotations

from json import JSONEncoder

from .access_record import AccessRecord

_encode = JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def json_line(record: AccessRecord) -> str:
    """An object with all fields of the record, in ASCII; what is not known is null.

    Nothing in it can end the line or begin another.
    """
    return _encode(record.fields())


def text_line(record: AccessRecord) -> str:
    """Client, request line, status, size, duration, and the request's id; then the outcome, unless it is complete.

    Of a WebSocket the close code and what came in and went out stand in place of the size.
    """
    target = record.path if record.query is None else f"{record.path}?{record.query}"
    parts = [record.client or "-", f'"{record.method} {target} HTTP/{record.http_version}"', str(record.status)]
    if record.type == "websocket":
        parts.append(f"closed {'-' if record.close_code is None else record.close_code}")
        parts.append(f"in {record.messages_received}/{record.bytes_received}B")
        parts.append(f"out {record.messages_sent}/{record.bytes_sent}B")
    else:
        parts.append("-" if record.bytes_sent is None else f"{record.bytes_sent}B")
    parts += [f"{record.duration_ms:.1f}ms", record.request_id or "-"]
    if record.outcome != "complete":
        parts.append(record.outcome)
    return printable(" ".join(parts))


def printable(text: str) -> str:
    r"""A text with what is no printable character escaped, so that it is of one line.

    >>> print(printable(f"a{chr(10)}b{chr(27)}"))
    a\nb\x1b
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
