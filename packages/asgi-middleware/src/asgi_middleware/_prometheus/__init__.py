"""Metrics for Prometheus."""

from importlib.util import find_spec

if find_spec("prometheus_client") is None:
    raise ImportError("Metrics for Prometheus need prometheus-client: pip install asgi-middleware[prometheus]")
