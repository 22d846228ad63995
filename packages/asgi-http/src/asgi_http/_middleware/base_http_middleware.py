"""Starlette's `BaseHTTPMiddleware`: a middleware by request and response, without a task or a queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgi_types import ASGIApp, HTTPException, Receive, Response, Scope, Send, refuse

from .._request import Request
from .inner_response import InnerResponse
from .middleware_exchange import Exchange
from .split_exchange import SplitExchange

RequestResponseEndpoint = Callable[[Request], Awaitable[InnerResponse]]
"""What a request is handed on to: ``call_next``."""

DispatchFunction = Callable[[Any, RequestResponseEndpoint], Awaitable[Response]]
"""What a `BaseHTTPMiddleware` calls: the request and ``call_next`` to the response.

The request is `Any` for a function of the class that a subclass has as its ``request_class``.
"""


class BaseHTTPMiddleware:
    """Wrap an application in a coroutine function from a request and ``call_next`` to a response.

    The function is the method `dispatch` of a subclass, or ``dispatch``. ``await call_next(request)`` runs the
    application, and gives its response as soon as it begins. Its status, headers, cookies and background may be
    changed, and its body read whole by ``read``, or from ``body_iterator``, or replaced by setting that. Returned, it
    goes on by itself, chunk by chunk. If another response is returned, what the application still sends is dropped, and
    amid a stream ``send`` raises `OSError` as if the client had gone.

    ``call_next`` raises what the application raises before its response, and ``body_iterator`` what it raises later. It
    may be awaited again, which gives an earlier response up: that application runs to its end first. Awaited in another
    task than the one that runs the function it raises `RuntimeError`: for a time limit use ``asyncio.timeout``, since
    ``asyncio.wait_for`` makes a task before Python 3.12. A cancel scope of AnyIO around it must be the innermost one
    when the response begins.

    The application gets a body again that was read with ``body`` or ``json``. What the application has read itself is
    gone, and reading it after ``call_next`` raises `RuntimeError`. Only HTTP requests come by. An
    `HTTPException` of the function is left to the error layer above, and where there is none answered here.
    `ClientDisconnect` ends the request without an answer once the client has gone.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     await send({"type": "http.response.start", "status": 200, "headers": []})
    ...     await send({"type": "http.response.body", "body": b"Hello"})
    >>> async def not_found(request, call_next):
    ...     response = await call_next(request)
    ...     response.status_code = 404
    ...     return response
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> asyncio.run(BaseHTTPMiddleware(app, not_found)({"type": "http", "method": "GET"}, None, send))
    404 None
    None b'Hello'
    """

    request_class: Callable[[Scope, Receive, Send], Request[Any]] = Request
    splits_last_part: bool = False
    """Whether the last message of a body is sent as two: what is in it, and an empty one that ends the body.

    That concerns a response of ``call_next`` that is returned; Starlette splits all of them.
    """
    raises_refusals: bool = False
    """Whether an `HTTPException` of the function is raised as any other error is; else it is answered."""
    copies_context: bool = False
    """Whether the application gets a copy of the context variables, as if it ran in a task of its own.

    Then it has the values of the moment of ``call_next`` to its end, also in a stream and in background work, which
    come when the function has ended; and the function does not see what the application sets.
    """

    def __init__(self, app: ASGIApp, dispatch: DispatchFunction | None = None) -> None:
        self.app = app
        self.dispatch_func: DispatchFunction = self.dispatch if dispatch is None else dispatch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = self.request_class(scope, receive, send)
        exchange_class = SplitExchange if self.splits_last_part else Exchange
        if not self.copies_context:
            exchange = exchange_class(self.app, scope, receive, send)
            await exchange.run(self._answer(request, exchange), request)
            return
        from .own_context import OwnContext

        with OwnContext() as own:
            exchange = exchange_class(own.copied_for(self.app), scope, receive, send)
            await exchange.run(own.run(self._answer(request, exchange)), request)

    async def dispatch(self, request: Any, call_next: RequestResponseEndpoint) -> Response:
        """The response to ``request``; a subclass says how, or ``dispatch`` given to the class does."""
        raise NotImplementedError(f"{type(self).__name__} has no dispatch(request, call_next): define it, or pass one.")

    async def _answer(self, request: Request[Any], exchange: Exchange) -> None:
        try:
            response = await self.dispatch_func(request, exchange.call_next)
        except HTTPException as refusal:
            if self.raises_refusals:
                raise
            await refuse(exchange.scope, exchange.receive, exchange.send, refusal)
        else:
            await exchange.respond(response)
