"""A span for each HTTP request and WebSocket connection, and the metrics of the former."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from opentelemetry import context, propagate
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, set_span_in_context

from asgi_types import URL, ASGIApp, Receive, Scope, Send

from .._exchange.exchange import Exchange, known_method, safely
from .._exchange.http_exchange import HTTPExchange
from .._exchange.websocket_exchange import WebSocketExchange
from .._route_template import route_template
from .instruments import SENSITIVE_QUERY_PARAMETERS, Attributes, HeaderGetter, Instruments, request_attributes

KEY: Final = "asgi_middleware.opentelemetry"
"""The scope key by which a middleware further in knows that the connection has its span."""

_GETTER: Final = HeaderGetter()


class OpenTelemetryMiddleware:
    """A server span for each HTTP request and WebSocket connection, by OpenTelemetry's conventions for HTTP.

    The span has the name ``GET /users/{id}``, or ``websocket /chat/{room}``, continues the trace that the headers tell
    of, and is the current one, with the baggage of the headers, in all that the application does, threads included. It
    ends with the last byte of the response, or when the application has answered with a 5xx and returned: an error
    that was raised is then recorded. Responses of 5xx and what is raised are errors; a 4xx is none, nor is a client
    that has left. A request without an answer has status 500, or 499 where nobody was left to get one.

    Requests, and not WebSockets, are measured too: ``http.server.request.duration``, a histogram in seconds, and
    ``http.server.active_requests``. Nothing that is unbounded gets into their attributes. A subclass whose
    ``traces_websockets`` is false leaves WebSockets alone.

    ``excluded_urls`` are regular expressions, or one string of them with commas between; a connection in whose whole
    URL one is found is left alone. ``tracer_provider`` and ``meter_provider`` are those of the process by default. The
    values of ``sensitive_query_parameters``, whose case counts, are replaced by ``REDACTED`` in ``url.query``; by
    default they are those of signed URLs; a string is one of them. Of several of these around each other the outermost
    one is at work.

    Needs opentelemetry-api (``asgi-middleware[opentelemetry]``), and for anything to be seen its SDK.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> from opentelemetry.trace import get_current_span
    >>> async def app(scope, receive, send):
    ...     print(get_current_span().get_span_context().trace_id)
    ...     await Response("Hello")(scope, receive, send)
    >>> async def send(message): ...
    >>> trace = [(b"traceparent", b"00-0000000000000000000000000000002a-0000000000000001-01")]
    >>> scope = {"type": "http", "method": "GET", "path": "/", "headers": trace}
    >>> asyncio.run(OpenTelemetryMiddleware(app)(scope, None, send))
    42
    """

    traces_websockets: bool = True
    """Whether a WebSocket has a span, or is left alone."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        excluded_urls: str | Sequence[str] = (),
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        sensitive_query_parameters: str | Collection[str] = SENSITIVE_QUERY_PARAMETERS,
    ) -> None:
        if isinstance(excluded_urls, str):
            excluded_urls = [pattern.strip() for pattern in excluded_urls.split(",") if pattern.strip()]
        self.app = app
        self._excluded = [re.compile(pattern) for pattern in excluded_urls]
        if isinstance(sensitive_query_parameters, str):
            sensitive_query_parameters = (sensitive_query_parameters,)
        self._sensitive = frozenset(sensitive_query_parameters)
        self._instruments = Instruments(tracer_provider, meter_provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if not (kind == "http" or (kind == "websocket" and self.traces_websockets)) or KEY in scope:
            await self.app(scope, receive, send)
            return
        scope[KEY] = True
        try:
            await (self.app if self._is_excluded(scope) else self._observe)(scope, receive, send)
        finally:
            scope.pop(KEY, None)  # it may be served again

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        outer = propagate.extract(scope["headers"], getter=_GETTER)
        attributes = request_attributes(scope, self._sensitive)
        span = self._instruments.tracer.start_span(_span_name(scope, None), outer, SpanKind.SERVER, attributes)
        observation = _Observation(self._instruments, span, attributes)
        observed = HTTPExchange if scope["type"] == "http" else WebSocketExchange
        exchange = observed(scope, receive, send, observation.finish)
        token = context.attach(set_span_in_context(span, outer))
        try:
            await exchange.run(self.app)
        except BaseException as exc:
            safely(observation.end, exchange, exc)
            raise
        else:
            safely(observation.end, exchange, None)
        finally:
            context.detach(token)

    def _is_excluded(self, scope: Scope) -> bool:
        if not self._excluded:
            return False
        url = str(URL(scope=scope))
        return any(pattern.search(url) for pattern in self._excluded)


class _Observation:
    """What becomes of one connection in a span and in the metrics."""

    def __init__(self, instruments: Instruments, span: Span, attributes: Attributes) -> None:
        self._instruments = instruments
        self._span = span
        self._is_open = True
        self._labels: Attributes = {}
        if "http.request.method" in attributes:
            self._labels = {name: attributes[name] for name in ("http.request.method", "url.scheme")}
            instruments.active.add(1, self._labels)

    def finish(self, exchange: Exchange) -> None:
        """The last byte has been sent, or never will be; of what went wrong the application may still raise why."""
        if self._labels:
            self._instruments.active.add(-1, self._labels)
        if exchange.outcome == "complete" and exchange.status < 500:
            self.end(exchange, None)

    def end(self, exchange: Exchange, error: BaseException | None) -> None:
        """End the span, as of the moment that the last byte was sent; taken once."""
        if not self._is_open:
            return
        self._is_open = False
        scope = exchange.scope
        route = route_template(scope)
        outcome: Attributes = {"http.response.status_code": exchange.status}
        if error is not None:
            outcome["error.type"] = type(error).__qualname__
        elif exchange.status >= 500:
            outcome["error.type"] = str(exchange.status)
        if route is not None:
            outcome["http.route"] = route
            self._span.update_name(_span_name(scope, route))
        if self._labels:
            version = {"network.protocol.version": scope.get("http_version", "1.1")}
            self._instruments.duration.record(exchange.duration, {**self._labels, **version, **outcome})
        self._span.set_attributes(outcome)
        self._mark_error(exchange, error)
        self._span.end(exchange.began_at + round(exchange.duration * 1e9))

    def _mark_error(self, exchange: Exchange, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            self._span.record_exception(error)
            if exchange.outcome != "disconnected":  # it may be but that
                self._span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        elif error is None and exchange.status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))


def _span_name(scope: Scope, route: str | None) -> str:
    name = "websocket" if scope["type"] == "websocket" else known_method(scope) or "HTTP"
    return name if route is None else f"{name} {route}"
