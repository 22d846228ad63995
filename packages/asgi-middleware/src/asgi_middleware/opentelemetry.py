"""Traces and metrics for OpenTelemetry, of the extra ``asgi-middleware[opentelemetry]``."""

from ._opentelemetry.opentelemetry_middleware import OpenTelemetryMiddleware as OpenTelemetryMiddleware

__all__ = ("OpenTelemetryMiddleware",)
