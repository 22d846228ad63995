"""A service that Prometheus can read: routes and mounts by their patterns, and an old WSGI application below one.

uvicorn metrics:app
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from shine import Middleware, Mount, PlainTextResponse, Request, Response, Route, Shine, WebSocket, WebSocketRoute
from shine.middleware.opentelemetry import OpenTelemetryMiddleware
from shine.middleware.prometheus import MetricsApp, PrometheusMiddleware
from shine.middleware.wsgi import WSGIMiddleware


async def user(request: Request[Any]) -> Response:
    return PlainTextResponse(str(request.path_params["id"]))


async def failing(request: Request[Any]) -> Response:
    raise ValueError("This one always fails.")


async def upper(request: Request[Any]) -> Response:
    return PlainTextResponse((await request.body()).upper())


async def echo(websocket: WebSocket[Any]) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


def old(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """Tells where it is, and then how long the body was; the client has the first part before the second is made."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}\n".encode("latin-1")
    if environ["QUERY_STRING"] == "wait":
        time.sleep(0.5)
    yield f"{sum(map(len, environ['wsgi.input']))} bytes\n".encode()


tenant = [Route("/items/{id:int}", user), Route("/upper", upper, methods=["POST"])]

app = Shine(
    routes=[
        Route("/users/{id}", user),
        Route("/failing", failing),
        WebSocketRoute("/echo/{room}", echo),
        Mount("/tenants/{tenant}", routes=[Mount("/v1", routes=tenant)]),
        Mount("/old", WSGIMiddleware(old)),
        Route("/metrics", MetricsApp()),
    ],
    middleware=[Middleware(PrometheusMiddleware), Middleware(OpenTelemetryMiddleware)],
)
