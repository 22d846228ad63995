"""The page that Prometheus reads."""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder

from asgi_types import HTTPException, QueryParams, Receive, Response, Scope, Send, refuse

from .._fields import joined_field


class MetricsApp:
    """An ASGI application that answers ``GET`` with the metrics of ``registry``, by default prometheus-client's own.

    Give it to a route; a mount would redirect to the path with a slash. The format is the one that ``Accept`` asks for:
    OpenMetrics or the plain text of Prometheus. ``?name[]=`` chooses samples by their names, more than one if it is
    repeated. The page is made in a thread, since collectors may read files or ask services. Where the environment has
    ``PROMETHEUS_MULTIPROC_DIR`` and no registry is given, the metrics of all processes that share it are added up.

    It has no access control: do not let the public see it. Compression is the business of a middleware around it.

    >>> import asyncio
    >>> from prometheus_client import CollectorRegistry, Counter
    >>> registry = CollectorRegistry()
    >>> Counter("visits", "Visits.", registry=registry).inc()
    >>> async def send(message):
    ...     print(message.get("status") or message["body"].decode().splitlines()[2])
    >>> scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    >>> asyncio.run(MetricsApp(registry)(scope, None, send))
    200
    visits_total 1.0
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._respond(scope, receive, send)
        elif scope["type"] == "websocket":
            await refuse(scope, receive, send, HTTPException(404))

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            refusal = HTTPException(405, "Metrics are read by GET.", {"allow": "GET, HEAD"})
            await refuse(scope, receive, send, refusal)
            return
        from anyio import to_thread

        accept = joined_field(scope["headers"], b"accept") or ""
        names = QueryParams(scope.get("query_string", b"")).getlist("name[]")
        body, content_type = await to_thread.run_sync(self._render, accept, names)
        headers = {"content-type": content_type, "vary": "Accept", "cache-control": "no-store"}
        await Response(body, 200, headers)(scope, receive, send)

    def _render(self, accept: str, names: list[str]) -> tuple[bytes, str]:
        try:
            encode, content_type = choose_encoder("".join(accept.split()))
        except (TypeError, ValueError):  # a version that is not made of numbers, of which the library compares text
            encode, content_type = choose_encoder("")
        registry = self._current_registry()
        return encode(registry.restricted_registry(names) if names else registry), content_type

    def _current_registry(self) -> CollectorRegistry:
        if self._registry is not None:
            return self._registry
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return REGISTRY
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
