"""Requests and responses for any ASGI application."""

from asgi_types import HTTPException as HTTPException
from asgi_types import Response as Response

from ._endpoint_app import request_response as request_response
from ._json import JSONBodyError as JSONBodyError
from ._request import ClientDisconnect as ClientDisconnect
from ._request import Request as Request
from ._responses import HTMLResponse as HTMLResponse
from ._responses import JSONResponse as JSONResponse
from ._responses import PlainTextResponse as PlainTextResponse
from ._responses import RedirectResponse as RedirectResponse

__all__ = (
    "ClientDisconnect",
    "HTMLResponse",
    "HTTPException",
    "JSONBodyError",
    "JSONResponse",
    "PlainTextResponse",
    "RedirectResponse",
    "Request",
    "Response",
    "request_response",
)
