"""How a piece refuses a request: by raising where an error layer promised to answer, by itself where none did.

The error layer puts a `Guard` in the scope under `GUARD`. Its presence is the promise that `HTTPException` and
`WebSocketException` become an answer; calling it runs an application with that promise kept right there, for what must
be answered inside a middleware of one route.
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from ._asgi import ASGIApp, Receive, Scope, Send
from ._denial import close_code, close_message, may_deny
from ._exceptions import HTTPException
from ._response import Response

GUARD = "asgi_types.guard"
"""The scope key of the `Guard`."""

VIEW = "asgi_types.view"
"""The scope key of the request or WebSocket that a function failed with.

Who calls a function with a view of the scope leaves that view here when the function raises. Handlers get it, and so
the body it has read; a new view would wait for a body that nobody sends again.
"""

Guard = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]
"""Runs an application and turns what it raises into an answer, as the error layer above does."""


def refuse(
    scope: Scope, receive: Receive, send: Send, refusal: HTTPException, *, in_place: bool = False
) -> Awaitable[None]:
    """Answer a connection with ``refusal``: raise it if somebody above promised to handle it, else send it.

    With ``in_place`` nothing is raised: what was promised is kept right here, so that middleware further out sees the
    answer, and may add its headers to it. That is for middleware; a router has nothing between itself and its guard.

    Sent, it is the detail as plain text with the exception's headers. A WebSocket that is not accepted yet gets a
    denial response from a server that can send one, and is closed by others, with the `close_code` of the status.

    >>> import asyncio
    >>> async def teapot(scope, receive, send):
    ...     await refuse(scope, receive, send, HTTPException(418, "Short and stout."))
    >>> async def send(message):
    ...     print(message["type"], message.get("status"), message.get("body"))
    >>> asyncio.run(teapot({"type": "http", "method": "GET"}, None, send))
    http.response.start 418 None
    http.response.body None b'Short and stout.'
    """
    if GUARD in scope:
        if in_place:
            guard: Guard = scope[GUARD]
            return guard(_raising(refusal), scope, receive, send)
        try:
            raise refusal
        finally:
            del refusal  # whose traceback refers to this frame
    return answer(scope, receive, send, refusal)


def _raising(refusal: HTTPException) -> ASGIApp:
    def app(_scope: Scope, _receive: Receive, _send: Send) -> NoReturn:
        raise refusal

    return app


def answer(
    scope: Scope, receive: Receive, send: Send, refusal: HTTPException, *, is_accepted: bool = False
) -> Awaitable[None]:
    """Send ``refusal`` as `refuse` does where nobody promised to handle it.

    A WebSocket that ``is_accepted`` is closed, with the `close_code` of the status and the detail as reason.
    """
    if scope["type"] == "websocket" and (is_accepted or not may_deny(scope)):
        return send(close_message(close_code(refusal.status_code), refusal.detail))
    media_type = None if refusal.status_code in (204, 304) else "text/plain"  # no content, and so no type of content
    response = Response(refusal.detail, refusal.status_code, refusal.headers, media_type)
    return response(scope, receive, send)
