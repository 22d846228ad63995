"""Whether htmx asks for a part of a page, and what a response tells caches about that."""

from __future__ import annotations

from typing import Final, TypeVar

from asgi_types import Response

from ._template_request import TemplateRequest

ResponseT = TypeVar("ResponseT", bound=Response)

DECIDING: Final = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request", "HX-Request-Type")
"""The headers that decide between the page and a part of it."""


def wants_fragment(request: TemplateRequest) -> bool:
    """Whether ``request`` comes from htmx and asks for a part of a page.

    That is where it has ``HX-Request: true``. A whole page is asked for all the same by a boosted link or form
    (``HX-Boosted: true``), when htmx restores a page of the history that it has not kept
    (``HX-History-Restore-Request: true``), and, with htmx 4, wherever ``HX-Request-Type`` is ``full``. See the request
    headers in the reference of htmx. Any client can send these headers: they say what to render, not who may see it.

    >>> from asgi_types import HTTPConnection
    >>> scope = {"type": "http", "headers": [(b"hx-request", b"true")]}
    >>> wants_fragment(HTTPConnection(scope)), wants_fragment(HTTPConnection({"type": "http", "headers": []}))
    (True, False)
    """
    headers = request.headers
    return bool(
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
        and headers.get("hx-request-type") != "full"
    )


def vary_by_fragment(response: ResponseT) -> ResponseT:
    """The response, with the deciding headers in its ``Vary``."""
    headers = response.headers
    there = {name.strip().lower() for value in headers.getlist("vary") for name in value.split(",")}
    missing = [name for name in DECIDING if name.lower() not in there]
    if missing and "*" not in there:
        headers.add_vary_header(", ".join(missing))
    return response
