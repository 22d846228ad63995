"""The tracer and the metrics of a middleware, and what goes into them by OpenTelemetry's conventions for HTTP."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any, Final

from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Tracer, TracerProvider, get_tracer

from asgi_types import RawHeaders, Scope, scope_host

from .._exchange.exchange import known_method
from .._fields import first_field

_OTHER: Final = "_OTHER"

_DURATION_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)

SENSITIVE_QUERY_PARAMETERS: Final = (
    *("AWSAccessKeyId", "Signature", "X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature"),
    *("X-Goog-Signature", "sig"),
)
"""The parameters of signed URLs, whose values are as good as passwords."""

Attributes = dict[str, str | int]


class Instruments:
    """Where spans and measurements go; of providers that are not given, to those of the process."""

    def __init__(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> None:
        self._tracer_provider = tracer_provider
        meter = get_meter("asgi_middleware", meter_provider=meter_provider)
        self.duration = meter.create_histogram(
            "http.server.request.duration",
            "s",
            "Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=_DURATION_BUCKETS,
        )
        self.active = meter.create_up_down_counter(
            "http.server.active_requests", "{request}", "Number of active HTTP server requests."
        )

    @cached_property
    def tracer(self) -> Tracer:
        """Asked for at the first request: the process may be given its provider when the middleware has been made."""
        return get_tracer("asgi_middleware", tracer_provider=self._tracer_provider)


class HeaderGetter(Getter[RawHeaders]):
    """Reads the headers of a scope for a propagator."""

    def get(self, carrier: RawHeaders, key: str) -> list[str] | None:
        wanted = key.lower().encode("latin-1")
        return [value.decode("latin-1") for name, value in carrier if name == wanted] or None

    def keys(self, carrier: RawHeaders) -> list[str]:
        return [name.decode("latin-1") for name, _ in carrier]


def request_attributes(scope: Scope, sensitive: Collection[str]) -> Attributes:
    """What is known of a connection when it begins."""
    is_http = scope["type"] == "http"
    attributes: Attributes = {
        "url.path": scope["path"],
        "url.scheme": scope.get("scheme") or ("http" if is_http else "ws"),
    }
    if is_http:
        attributes["http.request.method"] = known_method(scope) or _OTHER
        if scope["method"] != attributes["http.request.method"]:
            attributes["http.request.method_original"] = scope["method"]
    else:
        attributes["network.protocol.name"] = "websocket"
    query: bytes = scope.get("query_string") or b""
    if query:
        attributes["url.query"] = redacted(query.decode("utf-8", "replace"), sensitive)
    _add_server(attributes, scope)
    optional: dict[str, Any] = {
        "network.protocol.version": scope.get("http_version") if is_http else None,
        "client.address": (scope.get("client") or (None,))[0],
        "user_agent.original": (first_field(scope["headers"], b"user-agent") or b"").decode("latin-1"),
    }
    return {**attributes, **{name: value for name, value in optional.items() if value}}


def redacted(query: str, sensitive: Collection[str]) -> str:
    """A query string without the values of these parameters, whose case counts.

    >>> redacted("a=1&sig=secret&b=2", {"sig"})
    'a=1&sig=REDACTED&b=2'
    """
    if not any(name in query for name in sensitive):  # hardly any query has one
        return query
    pairs = [pair.partition("=") for pair in query.split("&")]
    return "&".join(f"{key}=REDACTED" if key in sensitive else f"{key}{sign}{value}" for key, sign, value in pairs)


def _add_server(attributes: Attributes, scope: Scope) -> None:
    host = scope_host(scope)
    server = scope.get("server")
    if host is not None:
        attributes["server.address"] = host[0].strip("[]")  # those of an IPv6 address
    elif server:
        attributes["server.address"] = server[0]
    port = host[1] if host is not None and host[1] is not None else (server[1] if server else None)
    if port is not None:
        attributes["server.port"] = port
