"""Counts and times requests and WebSocket connections, by the pattern of their route."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry

from asgi_types import ASGIApp, Receive, Scope, Send

from .._exchange.exchange import FAILED, Exchange, known_method
from .._exchange.http_exchange import HTTPExchange
from .._exchange.websocket_exchange import WebSocketExchange
from .._option_function import check_function
from .._route_template import route_template
from .families import families_of

KEY: Final = "asgi_middleware.prometheus"
"""The scope key of the families that a middleware further out observes this connection for."""

DURATION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
SIZE_BUCKETS: Final = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)

_UNMATCHED: Final = "unmatched"


class PrometheusMiddleware:
    """Measure HTTP requests and WebSocket connections into ``registry``, by default prometheus-client's own.

    | metric | type | labels |
    |---|---|---|
    | ``http_requests_total`` | counter | ``method route status`` |
    | ``http_request_duration_seconds`` | histogram | ``method route`` |
    | ``http_requests_in_progress`` | gauge | ``method`` |
    | ``http_request_size_bytes``, ``http_response_size_bytes`` | histogram | ``method route`` |
    | ``websocket_connections_total`` | counter | ``route outcome`` |
    | ``websocket_connections_in_progress`` | gauge | |
    | ``websocket_connection_duration_seconds`` | histogram | ``route`` |

    A request lasts until the last byte of its response is sent, background tasks not included. Labels never come from
    a client: ``route`` is the pattern of the path with its mounts, or ``unmatched``, and a method that HTTP does not
    know is ``other``. ``status`` is 500 where an application fails without an answer, and 499 where it is cancelled
    or the client leaves before. ``outcome`` is ``closed``, ``refused`` for a connection that was not accepted, or
    ``failed``. The size of a request is what the application has read of it; what it declares is the client's claim.

    ``namespace`` is put before all names, with an underscore. ``buckets`` are seconds and ``size_buckets`` bytes, both
    in ascending order. ``route`` gives the label for a scope when the connection is over; what it gives must be
    bounded. Middleware with the same registry and namespace share their metrics, and a connection that goes through
    several of them is counted by the outermost.

    Raises `ValueError` for a namespace that is no name, for buckets that do not ascend or that differ from
    those that the registry has under these names, and where another has registered one of the names; `TypeError` for a
    ``route`` that is no function, or an async one.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> from prometheus_client import CollectorRegistry
    >>> registry = CollectorRegistry()
    >>> app = PrometheusMiddleware(Response("Hello"), registry=registry)
    >>> async def send(message): ...
    >>> asyncio.run(app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send))
    >>> registry.get_sample_value("http_requests_total", {"method": "GET", "route": "unmatched", "status": "200"})
    1.0
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        registry: CollectorRegistry | None = None,
        namespace: str = "",
        buckets: Sequence[float] = DURATION_BUCKETS,
        size_buckets: Sequence[float] = SIZE_BUCKETS,
        route: Callable[[Scope], str | None] = route_template,
    ) -> None:
        if namespace and not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", namespace):
            raise ValueError(f"Not a namespace: {namespace!r}. Write it in letters, digits and underscores.")
        check_function("route", route, "a function of the scope")
        self.app = app
        self._families = families_of(REGISTRY if registry is None else registry, namespace, buckets, size_buckets)
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        outer = scope.get(KEY, ())
        if kind not in ("http", "websocket") or self._families in outer:
            await self.app(scope, receive, send)
            return
        scope[KEY] = (*outer, self._families)
        try:
            await (self._http if kind == "http" else self._websocket)(scope, receive, send)
        finally:
            scope[KEY] = outer  # it may be served again

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = known_method(scope) or "other"
        in_progress = self._families.requests_in_progress.labels(method)

        def finish(exchange: Exchange) -> None:
            in_progress.dec()
            self._families.observe_request(method, self._route(scope) or _UNMATCHED, exchange)

        in_progress.inc()
        await HTTPExchange(scope, receive, send, finish).run(self.app)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._families.connections_in_progress.inc()
        await WebSocketExchange(scope, receive, send, self._finish_websocket).run(self.app)

    def _finish_websocket(self, exchange: Exchange) -> None:
        self._families.connections_in_progress.dec()
        has_failed = exchange.outcome == "error" or exchange.status == FAILED
        outcome = "failed" if has_failed else "closed" if exchange.status == 101 else "refused"
        self._families.observe_connection(self._route(exchange.scope) or _UNMATCHED, outcome, exchange.duration)
