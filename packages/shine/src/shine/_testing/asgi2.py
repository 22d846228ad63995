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
    """``app``, or an ASGI 3 application around one of ASGI 2: a class, or a plain function of the scope alone.

    Raises `TypeError` for what is no application at all, such as its name, or an endpoint.
    """
    _check(app)
    if is_async_callable(app) or _takes_three_arguments(app):
        return cast("ASGI3App", app)

    async def asgi3(scope: Scope, receive: Receive, send: Send) -> None:
        await cast("ASGI2App", app)(scope)(receive, send)

    return asgi3


def _check(app: Any) -> None:
    if not callable(app):
        advice = " Import it." if isinstance(app, str) else ""
        raise TypeError(f"A test client takes an ASGI application, not {app!r}.{advice}")
    # Of objects nothing is said: what is called may be set on the instance. What is wrapped around an endpoint may have
    # the name of that, but its own arguments.
    is_function = inspect.isfunction(app) or inspect.ismethod(app)
    if is_function and is_async_callable(app) and not _takes_three_arguments(app, follow_wrapped=False):
        raise TypeError(
            f"An ASGI application is called with scope, receive and send, but {app!r} takes others: "
            "if it is an endpoint, give the client an application with a Route to it."
        )


def _takes_three_arguments(app: Callable[..., Any], *, follow_wrapped: bool = True) -> bool:
    try:
        inspect.signature(app, follow_wrapped=follow_wrapped).bind("scope", "receive", "send")
    except TypeError:
        return False
    except ValueError:  # nothing is known of its arguments: it is compiled
        return True
    return True
