"""Request bodies that arrive compressed, expanded for an application that need not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asgi_types import ASGIApp, HTTPException, Receive, Scope, Send

from .._fields import joined_field
from .decoded_request import DecodedRequest
from .decodings import make_decodings
from .expanded_body import ExpandedBody

MAX_CODINGS: Final = 2
"""Codings that one body may have, one around the other."""

_CODED_FIELDS = frozenset({b"content-encoding", b"content-length"})


class DecompressionMiddleware:
    """Expand request bodies with ``Content-Encoding`` (RFC 9110 section 8.4), step by step as the application reads.

    ``encodings`` are those to accept, of ``gzip`` (also called ``x-gzip``), ``deflate``, ``br`` and ``zstd``. ``zstd``
    needs the extra ``zstd`` before Python 3.14, and ``br`` the extra ``brotli``. A body may have two codings, one
    around the other.

    ``max_size`` is the most bytes that a body may expand to, 16 MiB by default, and ``max_ratio`` how many times its
    size, which counts from 64 KiB on; `math.inf` is no limit. Whoever reads the body may have a limit of its own, such
    as that of `RequestBodyLimitMiddleware`, which counts expanded bytes when it is inside of this one.

    As long as the application runs the scope has no ``Content-Encoding`` and ``Content-Length``. When it reads, a body
    that is too large, or made of too many members, is refused with a 413, one that is malformed or cut off with a 400,
    and one with another coding with a 415 that names ours in ``Accept-Encoding`` (RFC 9110 section 15.5.16). The
    refusal is raised out of ``receive``; what the application makes of it, such as a 500, is replaced by it.

    Raises `ValueError` for an option out of range, and `ImportError` where the library of a coding is missing.

    >>> import asyncio, gzip
    >>> async def app(scope, receive, send):
    ...     print(await receive())
    >>> async def receive():
    ...     return {"type": "http.request", "body": gzip.compress(b"Hello"), "more_body": False}
    >>> scope = {"type": "http", "method": "POST", "headers": [(b"content-encoding", b"gzip")]}
    >>> asyncio.run(DecompressionMiddleware(app)(scope, receive, None))
    {'type': 'http.request', 'body': b'Hello', 'more_body': False}
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        encodings: Sequence[str] = ("gzip", "deflate"),
        max_size: float = 16 * 1024 * 1024,
        max_ratio: float = 100,
    ) -> None:
        if not _is_number(max_size, 0):
            raise ValueError(f"max_size is {max_size!r}: give a number of bytes, or math.inf for no limit.")
        if not _is_number(max_ratio, 1):
            raise ValueError(f"max_ratio is {max_ratio!r}: give a number from 1 on, or math.inf for no limit.")
        self.app = app
        self.max_size = max_size
        self.max_ratio = max_ratio
        self._decodings = make_decodings(encodings)
        self._accepted = {"Accept-Encoding": ", ".join(self._decodings)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        field = joined_field(scope["headers"], b"content-encoding") if scope["type"] == "http" else None
        codings = _codings(field) if field is not None else []
        if not codings:
            await self.app(scope, receive, send)
            return
        request = DecodedRequest(lambda: self._open_body(codings), scope, receive, send)
        failure: Exception | None = None
        # In this very scope, since who is further out looks there for the route, and for who has signed in.
        coded, scope["headers"] = scope["headers"], [pair for pair in scope["headers"] if pair[0] not in _CODED_FIELDS]
        try:
            await self.app(scope, request.receive, request.send)
        except Exception as exc:
            failure = exc
        finally:
            scope["headers"] = coded
        try:
            if request.owes_answer():  # not above, where the failure would be the context of what is in it
                await request.answer()
            if failure is not None and not request.is_settled(failure):
                raise failure
        finally:
            request.refusal = failure = None  # whose tracebacks lead back to here, and to what has been read

    def _open_body(self, codings: list[str]) -> ExpandedBody:
        if len(codings) > MAX_CODINGS:
            raise HTTPException(415, f"The body has more than {MAX_CODINGS} content codings.", self._accepted)
        if not self._decodings.keys() >= {*codings}:
            ours = self._accepted["Accept-Encoding"]
            raise HTTPException(415, f"The content coding of the body is not one of these: {ours}.", self._accepted)
        decompressors = [self._decodings[coding]() for coding in reversed(codings)]
        return ExpandedBody(decompressors, self.max_size, self.max_ratio)


def _is_number(given: object, least: int) -> bool:
    return isinstance(given, int | float) and given >= least  # which nan is not


def _codings(field: str) -> list[str]:
    """The codings in the order in which they were applied; ``identity`` is none."""
    named = (item.strip(" \t").lower() for item in field.split(","))
    return ["gzip" if name == "x-gzip" else name for name in named if name not in ("", "identity")]
