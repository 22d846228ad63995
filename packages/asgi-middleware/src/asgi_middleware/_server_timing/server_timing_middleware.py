"""What a request spent its time on, told to the browser's developer tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter

from asgi_types import ASGIApp, Message, Receive, Scope, Send, start_with

from .._exchange.exchange import safely
from .._option_function import check_function
from .server_timing import CURRENT, SERVER_TIMING, ServerTiming


class ServerTimingMiddleware:
    """Add ``Server-Timing`` (W3C Server Timing) to each response, with what `server_timing` was told of.

    ``total`` names the metric of the whole time until the response began, None for none. The times of a server tell
    strangers something, too, such as whether a name is known to it: ``when`` gets the scope as the response begins,
    and says whether this client is to see them; by default all do. It must not block, and where it
    fails, which is logged, the client sees none. A field of the application's
    own stays. Pages of other origins need ``Timing-Allow-Origin``, which is not set here, to read the metrics.

    WebSockets have none. Inside another of these this one does nothing.

    Raises `ValueError` for a ``total`` that is not a token, and `TypeError` for a ``when`` that is no function, or an
    async one.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> from asgi_middleware import server_timing
    >>> async def app(scope, receive, send):
    ...     server_timing().add("cache", desc="Hit")
    ...     await Response("Hello")(scope, receive, send)
    >>> async def send(message):
    ...     print(dict(message.get("headers", ())).get(b"server-timing"))
    >>> asyncio.run(ServerTimingMiddleware(app, total=None)({"type": "http", "method": "GET"}, None, send))
    b'cache;desc="Hit"'
    None
    """

    def __init__(
        self, app: ASGIApp, *, total: str | None = "total", when: Callable[[Scope], bool] | None = None
    ) -> None:
        if total is not None:
            ServerTiming().add(total)  # which checks it
        if when is not None:
            check_function("when", when, "a function of the scope")
        self.app = app
        self._total = total
        self._when = when

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or SERVER_TIMING in scope:
            await self.app(scope, receive, send)
            return
        timing = scope[SERVER_TIMING] = ServerTiming()
        if self._total is not None:
            timing.add(self._total)  # there is a place for it, however many come
        began = perf_counter()

        def timed_send(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start" and not timing.is_closed:
                if self._total is not None:
                    timing.add(self._total, (perf_counter() - began) * 1000)
                timing.is_closed = True
                value = timing.value()
                if value and (self._when is None or safely(self._when, scope)):
                    headers = [*(message.get("headers") or ()), (b"server-timing", value.encode("ascii"))]
                    message = start_with(message, headers)
            return send(message)

        around = CURRENT.get()
        CURRENT.set(timing)
        try:
            await self.app(scope, receive, timed_send)
        finally:
            timing.is_closed = True  # for tasks that outlive the request
            CURRENT.set(around)  # a token would be an error where another context closes the coroutine
            scope.pop(SERVER_TIMING, None)
