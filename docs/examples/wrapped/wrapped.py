"""Every middleware of asgi-middleware around one application, which may be made with anything.

uvicorn wrapped:app                                  around a bare application
WRAPPED_APP=fastapi_app uvicorn wrapped:app          around one of FastAPI, or of Quart: quart_app

The first segment of the path says which: ``/cors/`` is the page inside `CORSMiddleware`, and ``/together/`` the page
inside all of them, in the order that fits. ``/metrics/`` has what `PrometheusMiddleware` has counted.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from prometheus_client import CollectorRegistry

from asgi_middleware import (
    AccessLogMiddleware,
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationMiddleware,
    ClientNetworksMiddleware,
    CompressionMiddleware,
    CORSMiddleware,
    CSRFMiddleware,
    DecompressionMiddleware,
    ExceptionMiddleware,
    GZipMiddleware,
    HTTPSRedirectMiddleware,
    Middleware,
    ProxyHeadersMiddleware,
    RateLimit,
    RateLimitMiddleware,
    RequestBodyLimitMiddleware,
    RequestIDMiddleware,
    SecurityHeadersMiddleware,
    ServerErrorMiddleware,
    ServerTimingMiddleware,
    SimpleUser,
    TimeoutMiddleware,
    TrustedHostMiddleware,
)
from asgi_middleware.opentelemetry import OpenTelemetryMiddleware
from asgi_middleware.prometheus import MetricsApp, PrometheusMiddleware
from asgi_types import ASGIApp, HTTPConnection


class Everybody(AuthenticationBackend):
    """Takes each client for the same user."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser]:
        return AuthCredentials(["read"]), SimpleUser("somebody")


REGISTRY = CollectorRegistry()

# In the order in which a request meets them: what it is called and who it is from, what is seen of it, what is added to
# all answers, what turns errors into answers, who is refused, and what is nearest to the body.
ALL = {
    "request-id": Middleware(RequestIDMiddleware, trusted=["127.0.0.1"]),
    "proxy": Middleware(ProxyHeadersMiddleware, trusted=["127.0.0.1"]),
    "access-log": Middleware(AccessLogMiddleware),
    "prometheus": Middleware(PrometheusMiddleware, registry=REGISTRY),
    "opentelemetry": Middleware(OpenTelemetryMiddleware),
    "server-timing": Middleware(ServerTimingMiddleware),
    "security": Middleware(SecurityHeadersMiddleware),
    "cors": Middleware(CORSMiddleware, allow_origins=["https://page.example"], allow_credentials=True),
    "server-errors": Middleware(ServerErrorMiddleware),
    "errors": Middleware(ExceptionMiddleware),
    "hosts": Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1"]),
    "https": Middleware(HTTPSRedirectMiddleware),
    "networks": Middleware(ClientNetworksMiddleware, allow=["127.0.0.0/8"]),
    "rate-limit": Middleware(RateLimitMiddleware, RateLimit(1000, per=1)),
    "csrf": Middleware(CSRFMiddleware),
    "timeout": Middleware(TimeoutMiddleware),
    "compression": Middleware(CompressionMiddleware),
    "gzip": Middleware(GZipMiddleware),
    "decompression": Middleware(DecompressionMiddleware),
    "body-limit": Middleware(RequestBodyLimitMiddleware, max_body_size=1_000_000),
    "authentication": Middleware(AuthenticationMiddleware, backend=Everybody()),
}


def together(app: ASGIApp) -> ASGIApp:
    """The application inside all of them; the first is the outermost."""
    for factory, args, kwargs in reversed(ALL.values()):
        app = factory(app, *args, **kwargs)
    return app


class Chooser:
    """One way to the application for each middleware, chosen by the first segment of the path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.ways: dict[str, Callable[..., Any]] = {
            "together": together(app),
            "plain": app,
            "metrics": MetricsApp(REGISTRY),
        }
        for name, (factory, args, kwargs) in ALL.items():
            self.ways[name] = factory(app, *args, **kwargs)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.ways["together"](scope, receive, send)
            return
        _, name, path = scope["path"].split("/", 2)
        scope = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}
        await self.ways[name](scope, receive, send)


app = Chooser(import_module(os.environ.get("WRAPPED_APP", "bare_app")).app)
