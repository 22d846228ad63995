"""What `StaticFiles` answers with: a file or its compressed sibling, and 304.

Whether the client has the file already may be decided by a subclass of `StaticFiles`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import ClassVar

from asgi_types import Headers, HTTPException, Response, Scope

from .._conditional.http_date import parse_http_date
from .._conditional.preconditions import conditional_fields, evaluate_preconditions
from .._files.file_response import FileResponse
from .._files.file_transfer import FileTransfer
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

    encoding: str | None = None
    """The content coding of a sibling."""
    asks: Callable[[Headers], bool] | None = None
    """Decides in place of the preconditions whether the client has what these headers are of."""

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Those of the file, with the coding in the entity tag of a compressed one."""
        super().set_stat_headers(stat_result)
        if self.encoding is None:
            return
        etag = self.headers["etag"]
        if etag.endswith(f'-{self.encoding}"'):
            return
        # A build that sets all times to one may make two files of one size, which must not have one tag (RFC 9110
        # section 8.8.3.3). What is listed as added by us is renewed if the file changes.
        own = f'{etag[:-1]}-{self.encoding}"'
        self.headers["etag"] = own
        pair = (b"etag", etag.encode("latin-1"))
        self._stat_headers = [(b"etag", own.encode("latin-1")) if each == pair else each for each in self._stat_headers]

    def _begin(self, scope: Scope, *, at_once: bool = False) -> FileTransfer:
        try:
            return super()._begin(scope, at_once=at_once)
        except (RuntimeError, PermissionError):  # it was there a moment ago
            raise HTTPException(404) from None

    def _is_not_modified(self, method: str, fields: Mapping[bytes, str]) -> bool:
        verdict = super()._is_not_modified(method, fields)  # which may be a 412
        return verdict if self.asks is None else self.asks(self.headers)


def send_sibling(response: FileResponse, path: str, sibling: Sibling) -> None:
    """Make a response that sends the file at ``path`` send ``sibling`` instead, unless it has a coding of its own."""
    if os.fspath(response.path) != os.fspath(path) or "content-encoding" in response.headers:
        return
    response.path = sibling.path
    response.stat_result = sibling.stat_result
    response.headers["content-encoding"] = sibling.encoding
    if isinstance(response, StaticFileResponse):
        response.encoding = sibling.encoding
    response.set_stat_headers(sibling.stat_result)
