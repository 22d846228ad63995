"""What an application gives to answer an exception, and how it is called."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgi_types import VIEW, ASGIApp, HTTPConnection, Receive, Scope, Send, is_async_callable

ExceptionHandler = Callable[[Any, Any], ASGIApp | Awaitable[ASGIApp | None] | None]
"""Called with the connection and the exception; gives a response, or None if it has answered by itself."""


async def call_handler(handler: ExceptionHandler, connection: Any, exc: Exception) -> ASGIApp | None:
    """Await an async handler; run any other in a thread, since it may block."""
    if is_async_callable(handler):
        response: ASGIApp | None = await handler(connection, exc)
        return response
    from anyio import to_thread  # an event loop layer is needed for threads only

    return await to_thread.run_sync(cast("Callable[[Any, Any], ASGIApp | None]", handler), connection, exc)


def view_of(view_class: type[HTTPConnection[Any]], scope: Scope, receive: Receive, send: Send) -> HTTPConnection[Any]:
    """The connection that a handler gets: the one its function failed with, or one made for it."""
    failed: HTTPConnection[Any] | None = scope.get(VIEW)
    return failed if isinstance(failed, view_class) else view_class(scope, receive, send)
