"""The same metrics for FastAPI: included routers and mounted applications have their whole patterns.

uvicorn fastapi_metrics:app
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from asgi_middleware.opentelemetry import OpenTelemetryMiddleware
from asgi_middleware.prometheus import MetricsApp, PrometheusMiddleware

router = APIRouter(prefix="/items")


@router.get("/{id}")
async def item(id: int) -> int:  # noqa: A002 - the name in the path
    return id


part = FastAPI()
part.include_router(router, prefix="/shop")

app = FastAPI()
app.include_router(router, prefix="/tenants/{tenant}")
app.mount("/parts/{part}", part)
app.add_route("/metrics", MetricsApp())
app.add_middleware(OpenTelemetryMiddleware)
app.add_middleware(PrometheusMiddleware)
