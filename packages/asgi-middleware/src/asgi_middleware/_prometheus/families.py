"""The families of metrics of one registry, and the observations that go into them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.registry import Collector

from .._exchange.exchange import Exchange

_CONNECTION_BUCKETS: Final = (1, 5, 15, 60, 300, 900, 3600, 14400, 86400)

_families: weakref.WeakKeyDictionary[CollectorRegistry, dict[str, Families]] = weakref.WeakKeyDictionary()


class Families:
    """The metrics of one namespace; what belongs to a route is looked up once, since the library takes a lock for it.

    >>> Families("shop", [0.1, 1], [1000]).requests_in_progress.describe()[0].name
    'shop_http_requests_in_progress'
    """

    def __init__(self, namespace: str, buckets: Sequence[float], size_buckets: Sequence[float]) -> None:
        self.buckets = tuple(buckets)
        self.size_buckets = tuple(size_buckets)

        def histogram(name: str, text: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
            return Histogram(name, text, labels, namespace=namespace, registry=None, buckets=buckets)

        def counter(name: str, text: str, labels: Sequence[str]) -> Counter:
            return Counter(name, text, labels, namespace=namespace, registry=None)

        def gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
            return Gauge(name, text, labels, namespace=namespace, registry=None, multiprocess_mode="livesum")

        route = ("method", "route")
        self._requests = counter("http_requests_total", "HTTP requests that were answered.", (*route, "status"))
        self._durations = histogram(
            "http_request_duration_seconds", "Time until the last byte of the response was sent.", route, self.buckets
        )
        self._received = histogram(
            "http_request_size_bytes", "Size of the request body that was read.", route, self.size_buckets
        )
        self._sent = histogram("http_response_size_bytes", "Size of the response body.", route, self.size_buckets)
        self.requests_in_progress = gauge(
            "http_requests_in_progress", "HTTP requests that are being answered.", ["method"]
        )
        self._connections = counter(
            "websocket_connections_total", "WebSocket connections that are over.", ["route", "outcome"]
        )
        self._connection_durations = histogram(
            "websocket_connection_duration_seconds",
            "Time until a WebSocket connection was over.",
            ["route"],
            _CONNECTION_BUCKETS,
        )
        self.connections_in_progress = gauge(
            "websocket_connections_in_progress", "WebSocket connections that are open or being opened."
        )
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._measured: dict[tuple[str, str], tuple[Histogram, Histogram, Histogram]] = {}

    def register(self, registry: CollectorRegistry) -> None:
        """Register all of them, or none: `ValueError` where there is one of these names."""
        done: list[Collector] = []
        try:
            for family in vars(self).values():
                if isinstance(family, Counter | Gauge | Histogram):
                    registry.register(family)
                    done.append(family)
        except ValueError:
            for family in done:
                registry.unregister(family)
            raise

    def observe_request(self, method: str, route: str, exchange: Exchange) -> None:
        """Count a request that was answered."""
        status = exchange.status
        counter = self._counted.get((method, route, status))
        if counter is None:
            counter = self._counted[method, route, status] = self._requests.labels(method, route, str(status))
        counter.inc()
        measured = self._measured.get((method, route))
        if measured is None:
            measured = self._measured[method, route] = (
                self._durations.labels(method, route),
                self._received.labels(method, route),
                self._sent.labels(method, route),
            )
        measured[0].observe(exchange.duration)
        measured[1].observe(exchange.received_bytes)
        if exchange.sent_bytes is not None:
            measured[2].observe(exchange.sent_bytes)

    def observe_connection(self, route: str, outcome: str, seconds: float) -> None:
        """Count a WebSocket connection that is over."""
        self._connections.labels(route, outcome).inc()
        self._connection_durations.labels(route).observe(seconds)


def families_of(
    registry: CollectorRegistry, namespace: str, buckets: Sequence[float], size_buckets: Sequence[float]
) -> Families:
    """The families of a registry and namespace, made when they are asked for first.

    Raises `ValueError` where there are some with other buckets, and where the registry has metrics of these names.
    """
    known = _families.setdefault(registry, {})
    if namespace not in known:
        try:
            families = Families(namespace, buckets, size_buckets)
            families.register(registry)
        except ValueError as exc:
            raise ValueError(f"{exc}. Check `namespace` and the buckets; a name can be in a registry once.") from exc
        known[namespace] = families
    found = known[namespace]
    if (found.buckets, found.size_buckets) != (tuple(buckets), tuple(size_buckets)):
        raise ValueError("The registry has these metrics with other buckets: give the same, or another `namespace`.")
    return found
