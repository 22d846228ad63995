"""Traces and metrics for OpenTelemetry."""

from importlib.util import find_spec

if find_spec("opentelemetry") is None:
    raise ImportError("Traces need opentelemetry-api: pip install asgi-middleware[opentelemetry]")
