"""From a function of a request to an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_types import (
    VIEW,
    ASGIApp,
    HTTPConnection,
    HTTPException,
    Receive,
    Scope,
    Send,
    is_async_callable,
    refuse,
)

from ._request import Request


def request_response(
    func: Callable[[Any], Awaitable[ASGIApp] | ASGIApp],
    request_class: Callable[[Scope, Receive, Send], HTTPConnection[Any]] = Request,
) -> ASGIApp:
    """An ASGI application that calls ``func`` with the request and then the response it returns.

    A function that is not async runs in a thread of AnyIO's default limiter. An `HTTPException` that it raises is left
    to the error layer above, and where there is none answered here. Raises `TypeError` at the request if what it
    returns is no response.

    >>> import asyncio
    >>> from asgi_http import PlainTextResponse
    >>> async def hello(request):
    ...     return PlainTextResponse("Hello")
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(request_response(hello)({"type": "http", "method": "GET"}, None, send))
    200 None
    None b'Hello'
    """
    call = func if is_async_callable(func) else _in_thread(func)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = request_class(scope, receive, send)
        try:
            try:
                response = await call(request)
            except HTTPException as refusal:
                await refuse(scope, receive, send, refusal)
                return
            if not callable(response):
                raise _not_a_response(func, response)
            # Called by name: CPython runs a method without the detour that calling an instance takes.
            await response.__call__(scope, receive, send)
        except Exception:
            scope[VIEW] = request
            raise

    return app


def _in_thread(func: Callable[[Any], Any]) -> Callable[[Any], Awaitable[Any]]:
    async def call(request: Any) -> Any:
        from anyio import to_thread  # only a function that is not async needs a thread

        return await to_thread.run_sync(func, request)

    return call


def _not_a_response(func: Callable[..., Any], value: object) -> TypeError:
    name = getattr(func, "__qualname__", repr(func))
    kind = type(value).__name__
    return TypeError(f"{name} returned {kind}, not a response: return a Response, such as JSONResponse.")
