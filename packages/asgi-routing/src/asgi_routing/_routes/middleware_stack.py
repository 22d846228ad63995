"""An application inside the middleware and the body limit of one route."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from asgi_types import GUARD, ASGIApp, Receive, Scope, Send

MiddlewareTriple = Iterable[Any]
"""What unpacks into a middleware, its arguments and its keywords: asgi-middleware's `Middleware`, or a plain tuple."""


def wrapped(app: ASGIApp, middleware: Sequence[MiddlewareTriple] | None, max_body_size: float | None) -> ASGIApp:
    """``app`` inside ``middleware``, the first outermost, and that inside a limit, if there is one."""
    if middleware:
        app = _guarded(app)
        for factory, args, kwargs in reversed(middleware):
            app = factory(app, *args, **kwargs)
    if max_body_size is None:
        return app
    from asgi_types.request_body_limit import RequestBodyLimitMiddleware  # few routes have a limit of their own

    return RequestBodyLimitMiddleware(app, max_body_size)


def _guarded(app: ASGIApp) -> ASGIApp:
    """``app``, whose refusals the middleware around it sees as answers where an error layer promised to make them."""

    def guarded(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        guard = scope.get(GUARD)
        return app(scope, receive, send) if guard is None else guard(app, scope, receive, send)

    return guarded
