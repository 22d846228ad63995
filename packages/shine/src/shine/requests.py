"""Requests, and the scope's view they share with WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asgi_http
from asgi_forms import FormMixin
from asgi_http import SERVER_PUSH_HEADERS_TO_COPY as SERVER_PUSH_HEADERS_TO_COPY
from asgi_http import ClientDisconnect as ClientDisconnect
from asgi_http import ContentTooLarge as ContentTooLarge
from asgi_http import JSONBodyError as JSONBodyError
from asgi_http import JSONCodec as JSONCodec
from asgi_http import empty_receive as empty_receive
from asgi_http import empty_send as empty_send
from asgi_types import HTTPConnection as HTTPConnection
from asgi_types import StateT as StateT
from asgi_types import lazy_names as _lazy_names
from asgi_types import parse_cookies as cookie_parser

if TYPE_CHECKING:
    from asgi_sessions import Session

__all__ = (
    "ClientDisconnect",
    "ContentTooLarge",
    "HTTPConnection",
    "JSONBodyError",
    "JSONCodec",
    "Request",
    "SERVER_PUSH_HEADERS_TO_COPY",
    "StateT",
    "cookie_parser",
    "empty_receive",
    "empty_send",
)


class Request(FormMixin, asgi_http.Request[StateT]):
    """An `asgi_http.Request` with the forms of `asgi_forms.FormMixin`.

    A form is read from `stream`, or from what `body` has read. Its limits are those of `FormLimits`, and the scope's
    limit on a body.

    >>> import asyncio
    >>> async def receive():
    ...     return {"type": "http.request", "body": b"tag=a&tag=b", "more_body": False}
    >>> scope = {"type": "http", "headers": [(b"content-type", b"application/x-www-form-urlencoded")]}
    >>> async def tags():
    ...     async with Request(scope, receive).form() as form:
    ...         return form.getlist("tag")
    >>> asyncio.run(tags())
    ['a', 'b']
    """

    if TYPE_CHECKING:  # what it is with the middleware of `shine.middleware.sessions`, which the core does not know

        @property
        def session(self) -> Session:
            """The session; `AssertionError` if no session middleware put one in the scope."""
            ...


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "Address": "shine.datastructures",
        "FormData": "shine.datastructures",
        "FormParser": "shine.formparsers",
        "HTTPException": "shine.exceptions",
        "Headers": "shine.datastructures",
        "MultiPartException": "shine.formparsers",
        "MultiPartParser": "shine.formparsers",
        "QueryParams": "shine.datastructures",
        "State": "shine.datastructures",
        "URL": "shine.datastructures",
    },
)
