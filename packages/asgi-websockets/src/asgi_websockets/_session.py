"""From a function of a WebSocket to an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_types import VIEW, ASGIApp, HTTPConnection, Receive, Scope, Send, is_async_callable

from ._websocket import WebSocket


def websocket_session(
    func: Callable[[Any], Awaitable[None]],
    websocket_class: Callable[[Scope, Receive, Send], HTTPConnection[Any]] = WebSocket,
) -> ASGIApp:
    """An ASGI application that calls ``func`` with the WebSocket of each connection.

    What ``func`` raises is raised; nothing is closed for it. Raises `TypeError` for a function that is not async.

    >>> import asyncio
    >>> async def busy(websocket):
    ...     await websocket.close(1013, "Try again later.")
    >>> async def send(message):
    ...     print(message)
    >>> asyncio.run(websocket_session(busy)({"type": "websocket"}, None, send))
    {'type': 'websocket.close', 'code': 1013, 'reason': 'Try again later.'}
    """
    if not is_async_callable(func):
        name = _name(func)
        raise TypeError(
            f"{name} is not async: define it as 'async def {name}(websocket)', "
            "and run what blocks in it with anyio.to_thread.run_sync()."
        )
    return _Session(func, websocket_class)


class _Session:
    # An object and not a function: routers take a function for one that still needs an adapter.

    def __init__(
        self,
        func: Callable[[Any], Awaitable[None]],
        websocket_class: Callable[[Scope, Receive, Send], HTTPConnection[Any]],
    ) -> None:
        self.func = func
        self.websocket_class = websocket_class
        self.__name__ = _name(func)  # routes are named after their endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = self.websocket_class(scope, receive, send)
        try:
            await self.func(websocket)
        except Exception:
            scope[VIEW] = websocket
            raise


def _name(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__name__", type(func).__name__))
