"""An application whose exceptions are handled in its place, by the handlers of the error layer above it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

import asgi_middleware
from asgi_types import GUARD, VIEW, ASGIApp, HTTPConnection, Message, Receive, Scope, Send

from .middleware.exceptions import ExceptionMiddleware

EXCEPTION_HANDLERS: Final = "starlette.exception_handlers"
"""The scope key of handlers as Starlette's error layer leaves them there: those of classes, and those of statuses.

Ours does where its ``handlers_key`` is this.
"""

_STARTED_AFTER = {
    "http.response.start": True,
    "websocket.http.response.start": True,
    "websocket.close": True,
    "websocket.accept": False,
}


def wrap_app_handling_exceptions(app: ASGIApp, conn: HTTPConnection[Any]) -> ASGIApp:
    """``app``, and the answer to what it raises if there is a handler for that; the handler gets ``conn``.

    The handlers are those that the scope has under `EXCEPTION_HANDLERS`, or else those of the `ExceptionMiddleware`
    above. What none of them takes is raised on. An exception that has a handler but comes after the response has begun
    is a `RuntimeError`.
    """

    async def handled_app(scope: Scope, receive: Receive, send: Send) -> None:
        started: bool | None = None  # False once a WebSocket is accepted

        def tracked_send(message: Message) -> Awaitable[None]:
            nonlocal started
            if not started:
                started = _STARTED_AFTER.get(message["type"], started)
            return send(message)

        try:
            await app(scope, receive, tracked_send)
        except Exception as exc:
            scope[VIEW] = conn  # for the handler, here or above
            layer = _layer(app, scope)
            if layer is None or not await layer.handle(exc, scope, receive, tracked_send, lambda: started):
                raise

    return handled_app


def _layer(app: ASGIApp, scope: Scope) -> asgi_middleware.ExceptionMiddleware | None:
    given = scope.get(EXCEPTION_HANDLERS)
    if given is not None:
        of_classes, of_statuses = given
        return ExceptionMiddleware(app, {**of_classes, **of_statuses})
    layer = getattr(scope.get(GUARD), "__self__", None)
    return layer if isinstance(layer, asgi_middleware.ExceptionMiddleware) else None
