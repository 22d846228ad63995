"""Responses compressed with the coding that the client likes best."""

from __future__ import annotations

from collections.abc import Sequence

from asgi_types import ASGIApp, Receive, Scope, Send

from .._fields import joined_field
from .codings import Codings, make_codings
from .compressed_response import CompressedResponse
from .compression_options import CompressionOptions
from .excluded_types import DEFAULT_EXCLUDED_CONTENT_TYPES, media_types


class CompressionMiddleware:
    """Compress responses with ``zstd``, ``br`` or ``gzip``, as ``Accept-Encoding`` asks (RFC 9110 section 12.5.3).

    ``encodings`` are the codings offered, of those that a client likes equally the first. ``zstd`` needs the extra
    ``zstd`` before Python 3.14, and ``br`` the extra ``brotli``. Their levels are ``gzip_level`` (-1 to 9),
    ``brotli_quality`` (0 to 11) and ``zstd_level`` (-7 to 19), for content that is made while the client waits.

    A body of less than ``minimum_size`` bytes is left alone, as is one that does not get smaller; with 0 every body is
    compressed that has a byte. Parts of at least ``thread_minimum_size`` bytes, 128 KiB by default, are compressed in
    threads, at most 40 of them on an event loop.
    With ``flush`` each part of a stream can be read when it arrives; without, the coder keeps back what it can use for
    a better ratio. ``exclude_content_types`` are types, or whole families such as ``video/*``, to leave alone.

    A response is left alone as well that has ``Content-Encoding``, ``Content-Range``, ``Cache-Control: no-transform``
    or a digest of its bytes, and so is one of a file that the server sends by itself. A compressed one has a weak
    entity tag, its own length if it came in one part, and no ``Accept-Ranges``. Whatever another client could get
    otherwise has ``Vary: Accept-Encoding``. The answer to HEAD has the fields of that to GET, without a length. If the
    application fails in the middle, the coding is not ended, so that no client takes the rest for complete.

    A page with both a secret and what an attacker can put there must not be compressed, unless the secret is masked
    anew each time, as that of `CSRFMiddleware` is (the BREACH attack).

    Raises `ValueError` for an option out of range, and `ImportError` where the library of a coding is missing.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = CompressionMiddleware(Response("Hello, world! " * 100, media_type="text/plain"), encodings=("gzip",))
    >>> async def send(message):
    ...     print(len(message.get("body", b"")), dict(message.get("headers", ())).get(b"content-encoding"))
    >>> scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"gzip, br;q=0.9")]}
    >>> asyncio.run(app(scope, None, send))
    0 b'gzip'
    46 None
    """

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int = 500,
        *,
        encodings: Sequence[str] = ("zstd", "br", "gzip"),
        thread_minimum_size: int = 128 * 1024,
        exclude_content_types: Sequence[str] = DEFAULT_EXCLUDED_CONTENT_TYPES,
        gzip_level: int = 6,
        brotli_quality: int = 4,
        zstd_level: int = 3,
        flush: bool = True,
    ) -> None:
        codings = make_codings(encodings, gzip_level=gzip_level, brotli_quality=brotli_quality, zstd_level=zstd_level)
        self._set_up(app, codings, minimum_size, thread_minimum_size, exclude_content_types, flush=flush)

    def _set_up(
        self,
        app: ASGIApp,
        codings: Codings,
        minimum_size: int,
        thread_minimum_size: int,
        exclude_content_types: Sequence[str],
        *,
        flush: bool,
    ) -> None:
        self.app = app
        self.minimum_size = minimum_size
        self.thread_minimum_size = thread_minimum_size
        self.exclude_content_types: tuple[str, ...] = media_types(exclude_content_types)
        self._options = CompressionOptions(
            codings, minimum_size, thread_minimum_size, self.exclude_content_types, flush=flush
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            accepted = joined_field(scope["headers"], b"accept-encoding")
            coding = None if accepted is None else self._options.coding(accepted)
            send = CompressedResponse(self._options, coding, scope, send).send
        await self.app(scope, receive, send)
