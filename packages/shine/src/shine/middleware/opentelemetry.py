"""Traces and metrics for OpenTelemetry."""

from asgi_middleware.opentelemetry import OpenTelemetryMiddleware as OpenTelemetryMiddleware
from asgi_types import lazy_names as _lazy_names

__all__ = ("OpenTelemetryMiddleware",)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"Mount": "shine.routing", "URL": "shine.datastructures"})
