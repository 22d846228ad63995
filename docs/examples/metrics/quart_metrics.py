"""The same metrics for Quart, which keeps its rules to itself: one function tells the scope which one was chosen.

uvicorn quart_metrics:app
"""

from __future__ import annotations

from types import SimpleNamespace

from quart import Quart, request

from asgi_middleware.prometheus import MetricsApp, PrometheusMiddleware
from asgi_types import Receive, Scope, Send

quart = Quart(__name__)


@quart.before_request
async def tell_rule() -> None:
    if request.url_rule is not None:
        request.scope["route"] = SimpleNamespace(path=request.url_rule.rule)  # type: ignore[typeddict-unknown-key]


@quart.get("/users/<int:id>")
async def user(id: int) -> str:  # noqa: A002 - the name in the path
    return str(id)


metrics = MetricsApp()


async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
    """The page of the metrics, and Quart for all else."""
    await (metrics if scope.get("path") == "/metrics" else quart)(scope, receive, send)


app = PrometheusMiddleware(chosen)
