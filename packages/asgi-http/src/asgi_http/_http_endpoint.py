"""Endpoints that are classes: a method for each HTTP method."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, ClassVar

from asgi_types import HTTPException, Receive, Response, Scope, Send, is_async_callable

from ._endpoint_app import RequestClass, async_response, in_thread
from ._request import Request


class HTTPEndpoint:
    """Answer each HTTP method by the method of its name: ``get(self, request)``, ``post(self, request)``.

    The class is the endpoint, as in ``Route("/", Home)``; each request makes an instance, which is awaited. HEAD falls
    back to ``get``. A method that is not async runs in a thread. What they raise and return is treated as
    `request_response` does. Any other HTTP method is answered with a 405 whose ``Allow`` names all there are (RFC 9110
    section 15.5.6).

    ``http_methods`` are the HTTP methods to look for: a request cannot call what has another name. ``request_class``
    makes the request. Another scope type than ``http`` is an `AssertionError`.

    >>> import asyncio
    >>> from asgi_http import PlainTextResponse
    >>> class Home(HTTPEndpoint):
    ...     async def get(self, request):
    ...         return PlainTextResponse("Welcome")
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> async def main():
    ...     await Home({"type": "http", "method": "GET"}, None, send)
    >>> asyncio.run(main())
    200 None
    None b'Welcome'
    """

    http_methods: ClassVar[tuple[str, ...]] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
    request_class: ClassVar[RequestClass] = Request

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", f"Not an HTTP request's scope: {scope['type']!r}."
        self.scope = scope
        self.receive = receive
        self.send = send

    def __await__(self) -> Generator[Any, None, None]:
        return self.dispatch().__await__()

    async def dispatch(self) -> None:
        """Answer the request."""
        handler = self._handler(self.scope["method"]) or self.method_not_allowed
        call = handler if is_async_callable(handler) else in_thread(handler)
        await async_response(call, handler, type(self).request_class)(self.scope, self.receive, self.send)

    async def method_not_allowed(self, request: Any) -> Response:  # noqa: ARG002
        """The answer to any other HTTP method; raises `HTTPException` with status 405."""
        allowed = [method for method in self.http_methods if self._handler(method) is not None]
        raise HTTPException(405, headers={"Allow": ", ".join(allowed)})

    def _handler(self, method: str) -> Callable[[Any], Awaitable[Any] | Any] | None:
        if method not in self.http_methods:
            return None
        handler: Callable[[Any], Any] | None = getattr(self, method.lower(), None)
        return self._handler("GET") if handler is None and method == "HEAD" else handler
