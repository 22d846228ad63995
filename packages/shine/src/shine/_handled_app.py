"""An application whose exceptions are handled in its place, by the handlers of the error layer above it."""

from __future__ import annotations

from typing import Any, Final

import asgi_middleware
from asgi_types import GUARD, VIEW, ASGIApp, HTTPConnection, Receive, Scope, Send

from .middleware.exceptions import ExceptionMiddleware

EXCEPTION_HANDLERS: Final = "starlette.exception_handlers"
"""The scope key of handlers as Starlette's error layer leaves them there: those of classes, and those of statuses.

Ours does where its ``handlers_key`` is this.
"""


def wrap_app_handling_exceptions(app: ASGIApp, conn: HTTPConnection[Any]) -> ASGIApp:
    """``app``, and the answer to what it raises if there is a handler for that; the handler gets ``conn``.

    The handlers are those that the scope has under `EXCEPTION_HANDLERS`, or else those of the `ExceptionMiddleware`
    above. What none of them takes is raised on. An exception that has a handler but comes after the response has begun
    is a `RuntimeError`.
    """

    async def handled_app(scope: Scope, receive: Receive, send: Send) -> None:
        layer = _layer(app, scope)
        if layer is not None:
            await layer.run(app, conn, scope, receive, send)
            return
        try:
            await app(scope, receive, send)
        except Exception:
            scope[VIEW] = conn  # for a handler further up
            raise

    return handled_app


def _layer(app: ASGIApp, scope: Scope) -> asgi_middleware.ExceptionMiddleware | None:
    above = getattr(scope.get(GUARD), "__self__", None)
    layer = above if isinstance(above, asgi_middleware.ExceptionMiddleware) else None
    given = scope.get(EXCEPTION_HANDLERS)
    if given is None or (layer is not None and given is layer.handlers):
        return layer
    of_classes, of_statuses = given
    return ExceptionMiddleware(app, {**of_classes, **of_statuses})
