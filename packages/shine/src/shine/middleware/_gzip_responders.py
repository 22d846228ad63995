"""Starlette's names for what compresses one response; here they are applications like the middleware itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NoReturn

from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES, CompressionMiddleware, GZipMiddleware
from asgi_types import ASGIApp, Message

THREAD_MINIMUM_SIZE: Final = 128 * 1024
"""Bytes from which on a part is compressed in a thread, as the middleware has it."""


class IdentityResponder(CompressionMiddleware):
    """Compress nothing, and say in ``Vary`` what could have been compressed for another client."""

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int,
        *,
        exclude_content_types: Sequence[str] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        self._set_up(app, {}, minimum_size, THREAD_MINIMUM_SIZE, exclude_content_types, flush=True)


class GZipResponder(IdentityResponder, GZipMiddleware):
    """`GZipMiddleware` with a ``minimum_size`` that has to be given.

    For middleware that answers some requests by gzip, as those for brotli do; it looks at ``Accept-Encoding`` itself.
    """

    content_encoding = "gzip"

    def __init__(
        self,
        app: ASGIApp,
        minimum_size: int,
        compresslevel: int = 9,
        *,
        thread_minimum_size: int = THREAD_MINIMUM_SIZE,
        exclude_content_types: Sequence[str] = DEFAULT_EXCLUDED_CONTENT_TYPES,
    ) -> None:
        GZipMiddleware.__init__(
            self, app, minimum_size, compresslevel, thread_minimum_size, exclude_content_types=exclude_content_types
        )


async def unattached_send(message: Message) -> NoReturn:  # noqa: ARG001
    """Stands in for a ``send`` that is not there yet."""
    raise RuntimeError("send awaitable not set")
