"""Responses."""

from asgi_http import HTMLResponse as HTMLResponse
from asgi_http import JSONResponse as JSONResponse
from asgi_http import PlainTextResponse as PlainTextResponse
from asgi_http import RedirectResponse as RedirectResponse
from asgi_http import Response as Response

__all__ = ("HTMLResponse", "JSONResponse", "PlainTextResponse", "RedirectResponse", "Response")
