"""Traces and metrics for OpenTelemetry."""

from asgi_middleware.opentelemetry import OpenTelemetryMiddleware as OpenTelemetryMiddleware

__all__ = ("OpenTelemetryMiddleware",)
