"""What a page tells of how it was rendered, by the ASGI extension for debug information."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


def lend_debug_information(response: httpx.Response) -> None:
    """Give ``response`` the attributes ``template`` and ``context`` of a page that told them, as Starlette's has."""
    information = response.extensions.get("http.response.debug", {})
    for name in ("template", "context"):
        if name in information:
            setattr(response, name, information[name])
