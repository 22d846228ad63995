"""Responses compressed with gzip, which is all that some clients know."""

from __future__ import annotations

from collections.abc import Sequence

from asgi_types import ASGIApp

from .codings import gzip
from .compression_middleware import CompressionMiddleware
from .excluded_types import DEFAULT_EXCLUDED_CONTENT_TYPES


class GZipMiddleware(CompressionMiddleware):
    """`CompressionMiddleware` with gzip alone, by the names that Starlette gave it.

    ``compresslevel`` is 0 to 9, or -1 for zlib's own choice. Of a page 9 makes hardly less than 6, in up to four times
    the time.

    Raises `ValueError` for an option out of range.

    >>> GZipMiddleware(None, minimum_size=1000).compresslevel
    9
    """

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int = 500,
        compresslevel: int = 9,
        thread_minimum_size: int = 128 * 1024,
        *,
        exclude_content_types: Sequence[str] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        self.compresslevel = compresslevel
        codings = {"gzip": gzip(compresslevel, "compresslevel")}
        self._set_up(app, codings, minimum_size, thread_minimum_size, exclude_content_types, flush=True)
