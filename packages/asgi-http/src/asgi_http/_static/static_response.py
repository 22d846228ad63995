"""What `StaticFiles` answers with: a file or its compressed sibling, and 304.

Whether the client has the file already may be decided by a subclass of `StaticFiles`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import ClassVar

from asgi_types import Headers, Response

from .._conditional.http_date import parse_http_date
from .._conditional.preconditions import conditional_fields, evaluate_preconditions
from .._files.file_response import FileResponse, expect
from .precompressed import Sibling

_NOT_MODIFIED_FIELDS = (b"if-none-match", b"if-modified-since")


class NotModifiedResponse(Response):
    """A 304 that stands for a response with these headers, of which it keeps those that caches need.

    >>> NotModifiedResponse(Headers({"etag": '"1"', "content-type": "text/css"})).headers.items()
    [('etag', '"1"')]
    """

    NOT_MODIFIED_HEADERS: ClassVar[tuple[str, ...]] = (
        "cache-control",
        "content-location",
        "date",
        "etag",
        "expires",
        "vary",
    )

    def __init__(self, headers: Headers) -> None:
        super().__init__(status_code=304)
        self.raw_headers = [pair for pair in headers.raw if pair[0].decode("latin-1") in self.NOT_MODIFIED_HEADERS]


def is_not_modified(response_headers: Headers, request_headers: Headers) -> bool:
    """Whether the client has what these headers are of, by RFC 9110 sections 13.1.2 and 13.1.3.

    >>> is_not_modified(Headers({"etag": '"1"'}), Headers({"if-none-match": 'W/"1", "2"'}))
    True
    """
    fields = conditional_fields(request_headers.raw)
    asked = {name: fields[name] for name in _NOT_MODIFIED_FIELDS if name in fields}
    modified = parse_http_date(response_headers.get("last-modified", ""))
    return evaluate_preconditions("GET", asked, response_headers.get("etag"), modified) == 304


class StaticFileResponse(FileResponse):
    """A file of `StaticFiles`, or its compressed sibling."""

    asks: Callable[[Headers], bool] | None = None
    """Decides in place of the preconditions whether the client has what these headers are of."""

    def _is_not_modified(self, method: str, fields: Mapping[bytes, str]) -> bool:
        verdict = super()._is_not_modified(method, fields)  # which may be a 412
        return verdict if self.asks is None else self.asks(self.headers)


def send_as_found(
    response: FileResponse, path: str | os.PathLike[str], stat_result: os.stat_result, sibling: Sibling | None
) -> None:
    """Make a response that sends the file at ``path`` send just the file that was found there, or ``sibling`` instead.

    A response of another file stays as it is. One with a coding of its own gets no sibling.
    """
    if os.fspath(response.path) != os.fspath(path):
        return
    if sibling is None or "content-encoding" in response.headers:
        expect(response, stat_result)
        return
    tag = response.headers.get("etag")
    response.path = sibling.path
    response.stat_result = sibling.stat_result
    response.headers["content-encoding"] = sibling.encoding
    response.set_stat_headers(sibling.stat_result)
    expect(response, sibling.stat_result)
    if tag is not None and response.headers.get("etag") == tag and tag.endswith('"'):
        # One that was given, and told of the file itself: its sibling is another representation (RFC 9110 section 8.8).
        response.headers["etag"] = f'{tag[:-1]}-{sibling.encoding}"'
