"""From a function of a request to an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_types import (
    MAX_BODY_SIZE,
    VIEW,
    ASGIApp,
    HTTPConnection,
    HTTPException,
    Receive,
    Scope,
    Send,
    body_limit,
    is_async_callable,
    refuse,
)

from ._disconnect import ClientDisconnect, has_disconnected
from ._request import Request

RequestClass = Callable[[Scope, Receive, Send], HTTPConnection[Any]]


def request_response(
    func: Callable[[Any], Awaitable[ASGIApp] | ASGIApp],
    request_class: RequestClass = Request,
    max_body_size: float | None = None,
) -> ASGIApp:
    """An ASGI application that calls ``func`` with the request and then the response it returns.

    A function that is not async runs in a thread of AnyIO's default limiter. An `HTTPException` that it raises is left
    to the error layer above, and where there is none answered here. A `ClientDisconnect` ends the request without an
    answer once the client has gone, since nobody waits for one. Raises `TypeError` at the request if what it returns
    is no response.

    ``max_body_size`` is the limit of the body in bytes, `math.inf` for no limit; None leaves the limit of what is
    around, or else that of the request class. Raises `ValueError` for another value.

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
    app = async_response(func if is_async_callable(func) else in_thread(func), func, request_class)
    return app if max_body_size is None else _limited(app, body_limit(max_body_size))


def async_response(
    call: Callable[[Any], Awaitable[Any]], func: Callable[..., Any], request_class: RequestClass
) -> ASGIApp:
    """The application that awaits ``call``, which stands for ``func``, with the request and then its response."""

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
        except Exception as exc:
            # A disconnect may also be that of another request, made in here, and then it is an error like any other.
            if isinstance(exc, ClientDisconnect) and await has_disconnected(scope, receive):
                return
            scope[VIEW] = request
            raise

    return app


def in_thread(func: Callable[[Any], Any]) -> Callable[[Any], Awaitable[Any]]:
    """An async function that calls ``func`` in a thread."""

    async def call(request: Any) -> Any:
        from anyio import to_thread  # only a function that is not async needs a thread

        return await to_thread.run_sync(func, request)

    return call


def _limited(app: ASGIApp, limit: int | None) -> ASGIApp:
    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        scope[MAX_BODY_SIZE] = limit
        await app(scope, receive, send)

    return limited


def _not_a_response(func: Callable[..., Any], value: object) -> TypeError:
    name = getattr(func, "__qualname__", repr(func))
    kind = type(value).__name__
    return TypeError(f"{name} returned {kind}, not a response: return a Response, such as JSONResponse.")
