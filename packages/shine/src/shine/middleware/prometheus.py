"""Metrics for Prometheus."""

from asgi_middleware.prometheus import MetricsApp as MetricsApp
from asgi_middleware.prometheus import PrometheusMiddleware as PrometheusMiddleware

__all__ = ("MetricsApp", "PrometheusMiddleware")
