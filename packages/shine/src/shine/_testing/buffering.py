"""What a client tells its transport: whether somebody reads the response as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

BUFFERED = "shine.buffered"
"""The key in a request's extensions."""


def note_buffering(request: httpx.Request, is_buffered: bool) -> None:
    """Say in ``request`` whether its response is collected before anybody sees it."""
    request.extensions = {**request.extensions, BUFFERED: is_buffered}
