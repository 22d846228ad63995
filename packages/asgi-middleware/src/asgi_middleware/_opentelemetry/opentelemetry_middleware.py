"""A span for each HTTP request and WebSocket connection, and the metrics of the former."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from time import perf_counter, time_ns
from typing import Final

from opentelemetry import context, propagate
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, set_span_in_context

from asgi_types import URL, ASGIApp, Receive, Scope, Send

from .._exchange import KNOWN_METHODS, Exchange, safely
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
    that was raised is then recorded. Responses of 5xx and what is raised are errors; a 4xx is none.

    Requests, and not WebSockets, are measured too: ``http.server.request.duration``, a histogram in seconds, and
    ``http.server.active_requests``. Nothing that is unbounded gets into their attributes.

    ``excluded_urls`` are regular expressions, or one string of them with commas between; a connection in whose whole
    URL one is found is left alone. ``tracer_provider`` and ``meter_provider`` are those of the process by default. The
    values of ``sensitive_query_parameters``, whose case counts, are replaced by ``REDACTED`` in ``url.query``; by
    default they are those of signed URLs. Of several of these around each other the outermost one is at work.

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

    def __init__(
        self,
        app: ASGIApp,
        *,
        excluded_urls: str | Sequence[str] = (),
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        sensitive_query_parameters: Collection[str] = SENSITIVE_QUERY_PARAMETERS,
    ) -> None:
        if isinstance(excluded_urls, str):
            excluded_urls = [pattern.strip() for pattern in excluded_urls.split(",") if pattern.strip()]
        self.app = app
        self._excluded = [re.compile(pattern) for pattern in excluded_urls]
        self._sensitive = frozenset(sensitive_query_parameters)
        self._instruments = Instruments(tracer_provider, meter_provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or KEY in scope or self._is_excluded(scope):
            await self.app(scope, receive, send)
            return
        scope[KEY] = True
        outer = propagate.extract(scope["headers"], getter=_GETTER)
        attributes = request_attributes(scope, self._sensitive)
        name = _span_name(scope, None)
        span = self._instruments.tracer.start_span(name, outer, SpanKind.SERVER, attributes)
        observation = _Observation(self._instruments, scope, span, attributes)
        exchange = observation.exchange = Exchange(send, observation.sent)
        token = context.attach(set_span_in_context(span, outer))
        try:
            await self.app(scope, receive, exchange)
        except BaseException as exc:
            observation.error = exc
            raise
        finally:
            context.detach(token)
            exchange.end()
            safely(observation.end)

    def _is_excluded(self, scope: Scope) -> bool:
        if not self._excluded:
            return False
        url = str(URL(scope=scope))
        return any(pattern.search(url) for pattern in self._excluded)


class _Observation:
    """What becomes of one connection in a span and in the metrics."""

    exchange: Exchange

    def __init__(self, instruments: Instruments, scope: Scope, span: Span, attributes: Attributes) -> None:
        self.error: BaseException | None = None
        self._instruments = instruments
        self._scope = scope
        self._span = span
        self._labels: Attributes = {}
        self._started = perf_counter()
        self._seconds = 0.0
        self._ended_at = 0
        self._is_open = True
        if scope["type"] == "http":
            self._labels = {name: attributes[name] for name in ("http.request.method", "url.scheme")}
            instruments.active.add(1, self._labels)

    def sent(self) -> None:
        """The last byte has been sent, or never will be."""
        self._seconds = perf_counter() - self._started
        self._ended_at = time_ns()
        if self._labels:
            self._instruments.active.add(-1, self._labels)
        if self.exchange.status < 500:  # after others the application may still raise what it was
            self.end()

    def end(self) -> None:
        """End the span, as of the moment that the last byte was sent; taken once."""
        if not self._is_open:
            return
        self._is_open = False
        route = route_template(self._scope)
        outcome = self._outcome()
        if route is not None:
            outcome["http.route"] = route
            self._span.update_name(_span_name(self._scope, route))
        if self._labels:
            version = {"network.protocol.version": self._scope.get("http_version", "1.1")}
            self._instruments.duration.record(self._seconds, {**self._labels, **version, **outcome})
        self._span.set_attributes(outcome)
        self._mark_error(outcome)
        self._span.end(self._ended_at)

    def _outcome(self) -> Attributes:
        outcome: Attributes = {}
        status = self.exchange.status
        if status == 0 and self._scope["type"] == "websocket":
            status = 101 if self.exchange.is_accepted else 403 if self.exchange.close_code is not None else 0
        if status:
            outcome["http.response.status_code"] = status
        if self.error is not None:
            outcome["error.type"] = type(self.error).__qualname__
        elif status >= 500:
            outcome["error.type"] = str(status)
        return outcome

    def _mark_error(self, outcome: Attributes) -> None:
        if isinstance(self.error, Exception):
            self._span.record_exception(self.error)
            description = f"{type(self.error).__name__}: {self.error}"
            self._span.set_status(Status(StatusCode.ERROR, description))
        elif "error.type" in outcome and self.error is None:
            self._span.set_status(Status(StatusCode.ERROR))


def _span_name(scope: Scope, route: str | None) -> str:
    if scope["type"] == "websocket":
        name = "websocket"
    else:
        method = scope["method"].upper()
        name = method if method in KNOWN_METHODS else "HTTP"
    return name if route is None else f"{name} {route}"
