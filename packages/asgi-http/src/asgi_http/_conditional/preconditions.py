"""Preconditions: RFC 9110 section 13, for any representation, and the answers 304 and 412 that come of them.

`evaluate_preconditions` is the order of section 13.2.2 and nothing else. Files, the middleware and
`check_preconditions` bring their validators to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from asgi_types import RawHeaders, Response

from .entity_tag import entity_tag, matches_strongly, matches_weakly
from .http_date import format_http_date, parse_http_date

if TYPE_CHECKING:
    from datetime import datetime

Verdict = Literal[304, 412] | None

_LISTS = (b"if-match", b"if-none-match")
_NAMES = frozenset((*_LISTS, b"if-modified-since", b"if-unmodified-since", b"range", b"if-range"))

# Methods that select no representation, and so have no preconditions (section 13.2.1).
_WITHOUT_REPRESENTATION = ("CONNECT", "OPTIONS", "TRACE")

# What tells of a body that is not sent. Everything else stays: a cookie, a policy or a CORS header is not about it.
_ABOUT_THE_BODY = frozenset(
    (
        *(b"content-type", b"content-length", b"content-encoding", b"content-language", b"content-range"),
        *(b"content-disposition", b"content-md5", b"content-digest", b"repr-digest", b"digest"),
        *(b"accept-ranges", b"transfer-encoding", b"trailer"),
    )
)


def conditional_fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """The fields of a request that make it conditional or partial, by name: RFC 9110 sections 13.1 and 14.2.

    Lists in several fields are joined. Of the others, the first counts.
    """
    fields: dict[bytes, str] = {}
    for name, value in headers:
        if name in _NAMES:
            text = value.decode("latin-1")
            if name not in fields:
                fields[name] = text
            elif name in _LISTS:
                fields[name] = f"{fields[name]}, {text}"
    return fields


def evaluate_preconditions(
    method: str, fields: Mapping[bytes, str], etag: str | None, last_modified: int | None
) -> Verdict:
    """The status that preconditions ask for, 304 or 412, or None if the method is to be done.

    ``fields`` are those of `conditional_fields`. ``last_modified`` is a Unix time. With neither validator there is no
    representation, so that ``If-None-Match: *`` holds and ``If-Match: *`` does not.

    >>> evaluate_preconditions("GET", {b"if-none-match": '"a"'}, 'W/"a"', None)
    304
    """
    if not fields or method in _WITHOUT_REPRESENTATION:
        return None
    if _is_another(fields, etag, last_modified):
        return 412
    is_read = method in ("GET", "HEAD")
    tags = fields.get(b"if-none-match")
    if tags is not None:
        exists = etag is not None or last_modified is not None
        is_known = exists if tags.strip(" \t") == "*" else etag is not None and matches_weakly(etag, tags)
        if is_known:
            return 304 if is_read else 412
    elif is_read and last_modified is not None:
        since = _date(fields, b"if-modified-since")
        if since is not None and last_modified <= since:
            return 304
    return None


def _is_another(fields: Mapping[bytes, str], etag: str | None, last_modified: int | None) -> bool:
    """Steps 1 and 2: whether the representation is not the one that the client wants to act on."""
    tags = fields.get(b"if-match")
    if tags is not None:
        if tags.strip(" \t") == "*":
            return etag is None and last_modified is None
        return etag is None or not matches_strongly(etag, tags)
    if last_modified is None:
        return False
    since = _date(fields, b"if-unmodified-since")
    return since is not None and last_modified > since


def _date(fields: Mapping[bytes, str], name: bytes) -> int | None:
    text = fields.get(name)
    return None if text is None else parse_http_date(text)


def check_preconditions(
    connection: Mapping[str, Any],
    *,
    etag: str | None = None,
    last_modified: datetime | float | None = None,
) -> Response | None:
    """The response to send instead, if the request's preconditions say so: 304 or 412. None: go on.

    ``connection`` is an HTTP scope, or a request that is a mapping of one, such as `Request`. Give the validators of
    what is there now, before the work of a GET is done and before a PUT, PATCH or DELETE changes anything. ``etag`` is
    quoted for you; ``last_modified`` is a `datetime` with its time zone, or Unix time. With neither there is nothing at
    this URL yet, so that ``If-None-Match: *`` lets a PUT create it. Both are headers of the response; put them on your
    own too, so that clients have something to ask with.

    Raises `ValueError` for a tag that cannot be sent, for a `datetime` without a time zone, and for a time before 1970.
    See RFC 9110 section 13.2.2 for the order of the checks.

    >>> scope = {"type": "http", "method": "GET", "headers": [(b"if-none-match", b'"v1"')]}
    >>> check_preconditions(scope, etag="v1").status_code
    304
    >>> check_preconditions(scope, etag="v2") is None
    True
    """
    headers: dict[str, str] = {}
    if etag is not None:
        headers["etag"] = etag = entity_tag(etag)
    modified = None if last_modified is None else _unix_time(last_modified)
    if modified is not None:
        headers["last-modified"] = format_http_date(modified)
    verdict = evaluate_preconditions(connection["method"], conditional_fields(connection["headers"]), etag, modified)
    if verdict is None:
        return None
    if verdict == 304:
        return Response(status_code=304, headers=headers)
    return Response("Precondition Failed", 412, headers, "text/plain")


def _unix_time(moment: datetime | float) -> int:
    if isinstance(moment, (int, float)):
        return int(moment // 1)
    if moment.tzinfo is None:
        raise ValueError(f"Invalid last_modified={moment!r}: a datetime needs its time zone.")
    return int(moment.replace(microsecond=0).timestamp())  # a float rounds up what is almost the next second


def not_modified_headers(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """What a 304 keeps of the headers of the 200 it stands for: RFC 9110 section 15.4.5.

    That is everything but what describes the body, and the time of change where there is an entity tag.
    """
    kept = [pair for pair in headers if pair[0] not in _ABOUT_THE_BODY]
    if any(name == b"etag" for name, _ in kept):
        return [pair for pair in kept if pair[0] != b"last-modified"]
    return kept
