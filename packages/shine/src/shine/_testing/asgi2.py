"""Applications of ASGI 2, which take the scope first and are then called with the rest."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgi_types import Receive, Scope, Send, is_async_callable

ASGIInstance = Callable[[Receive, Send], Awaitable[None]]
ASGI2App = Callable[[Scope], ASGIInstance]
ASGI3App = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi3_app(app: ASGI3App | ASGI2App) -> ASGI3App:
    """``app``, or an ASGI 3 application around one of ASGI 2: a class, or a plain function of the scope alone."""
    if not _is_asgi2(app):
        return cast("ASGI3App", app)

    async def asgi3(scope: Scope, receive: Receive, send: Send) -> None:
        await cast("ASGI2App", app)(scope)(receive, send)

    return asgi3


def _is_asgi2(app: Any) -> bool:
    if not inspect.isclass(app) and is_async_callable(app):
        return False
    try:
        inspect.signature(app).bind("scope", "receive", "send")
    except TypeError:
        return True
    return False
