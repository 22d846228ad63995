"""The answer that shows an exception to who develops the application, in the form that their client wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgi_types import HTTPConnection, Response

from .._networks import client_host, ip_address
from .debug_report import DebugReport, current_request
from .debug_style import STYLE
from .page_headers import page_headers
from .preferred_type import preferred_type

if TYPE_CHECKING:
    from .server_error_middleware import ServerErrorMiddleware

_FORMS = ("text/plain", "text/html", "application/json")


def debug_page(layer: ServerErrorMiddleware, request: HTTPConnection[Any], exc: Exception) -> Response:
    """The exception as HTML, JSON or text by the client's ``Accept``; HTML and text are as ``layer`` generates them.

    It tells of secrets only their names, and must not be kept or framed. It must run in a thread.
    """
    _warn_of_strangers(layer, request)
    form = preferred_type(request.scope, _FORMS)
    token = current_request.set(request)
    try:
        if form == "text/html":
            text = layer.generate_html(exc)
        elif form == "application/json":
            from .debug_json import debug_json

            text = debug_json(DebugReport(exc))
        else:
            text = layer.generate_plain_text(exc)
    finally:
        current_request.reset(token)
    headers = page_headers(STYLE if form == "text/html" else "")
    headers |= {"cache-control": "no-store", "vary": "Accept"}
    # A message may hold lone surrogates, as of a file name, and they have no form in UTF-8.
    return Response(text.encode("utf-8", "backslashreplace"), 500, headers, form)


def _warn_of_strangers(layer: ServerErrorMiddleware, request: HTTPConnection[Any]) -> None:
    address = ip_address(client_host(request.scope) or "")
    if layer.has_warned_of_debug or address is None or address.is_loopback:
        return
    layer.has_warned_of_debug = True
    import logging

    logging.getLogger("asgi_middleware").warning(
        "The debug page is shown to %r, which is not this machine. Set debug=False where others have access.",
        str(address),
    )
