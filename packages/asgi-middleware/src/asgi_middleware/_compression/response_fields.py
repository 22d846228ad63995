"""What the header fields of a response say of compressing it, and what they become when it is compressed."""

from __future__ import annotations

from asgi_types import RawHeaders, add_vary

from .._fields import length_of
from .excluded_types import ExcludedTypes

_ACCEPT_ENCODING = b"Accept-Encoding"

# A coding is there, or somebody has signed for the bytes as they are.
_AS_IT_IS = frozenset({b"content-encoding", b"content-digest", b"repr-digest", b"digest", b"content-md5"})
_TELLING = _AS_IT_IS | {b"content-type", b"content-length", b"content-range", b"cache-control"}
_WRONG_WHEN_CODED = frozenset({b"content-length", b"accept-ranges"})


def read_fields(headers: RawHeaders, excluded: ExcludedTypes) -> tuple[bool, bool, int | None]:
    """Whether a response is sent as it is for every client, whether it is a part of one, and its declared length.

    As it is goes one with an excluded type, ``Content-Encoding``, a digest of its bytes (RFC 9530), or
    ``Cache-Control: no-transform`` (RFC 9111 section 5.2.2.6). A part has ``Content-Range``. A length that is none
    counts as not declared.
    """
    is_part, length = False, None
    for name, value in headers:
        if name not in _TELLING:
            continue
        if name == b"content-type":
            if value in excluded:
                return True, is_part, length
        elif name == b"content-length":
            length = length_of(value)
        elif name == b"content-range":
            is_part = True
        elif name != b"cache-control" or b"no-transform" in value.lower():
            return True, is_part, length
    return False, is_part, length


def varied(headers: RawHeaders) -> RawHeaders:
    """The same list, of a response that would be another for another ``Accept-Encoding``."""
    add_vary(headers, _ACCEPT_ENCODING)
    return headers


def coded(headers: RawHeaders, coding: bytes, length: int | None) -> RawHeaders:
    """The headers of a response with this coding, and this length if that is known.

    An entity tag becomes weak: it stood for other bytes, of the same meaning (RFC 9110 section 8.8.1). Ranges are not
    offered, since those that the application answers are of the bytes without a coding.
    """
    kept = [
        (name, b"W/" + value if name == b"etag" and value.startswith(b'"') else value)
        for name, value in headers
        if name not in _WRONG_WHEN_CODED
    ]
    kept.append((b"content-encoding", coding))
    if length is not None:
        kept.append((b"content-length", b"%d" % length))
    add_vary(kept, _ACCEPT_ENCODING)
    return kept


def validated(headers: RawHeaders, if_none_match: str) -> RawHeaders:
    """The headers of a 304, which are those of the 200 that the client has (RFC 9110 section 15.4.5).

    Which one that is, coded or not, it says itself: by the weak entity tag or the strong one.
    """
    headers = [
        (name, b"W/" + value if name == b"etag" and "W/" + value.decode("latin-1") in if_none_match else value)
        for name, value in headers
    ]
    add_vary(headers, _ACCEPT_ENCODING)
    return headers
