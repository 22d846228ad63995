"""Metrics for Prometheus, of the extra ``asgi-middleware[prometheus]``."""

from ._prometheus.metrics_app import MetricsApp as MetricsApp
from ._prometheus.prometheus_middleware import PrometheusMiddleware as PrometheusMiddleware

__all__ = ("MetricsApp", "PrometheusMiddleware")
