"""starlette-context: the number of a request wherever something is done for it, also after the response."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
from __future__ import annotations

from collections.abc import AsyncIterator

import shine

shine.install_as_starlette()

from loaded_files import loaded_files
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette_context import context, plugins
from starlette_context.middleware import ContextMiddleware

done: list[str] = []


async def work() -> None:
    done.append(context["X-Request-ID"])


async def begin(request: Request) -> PlainTextResponse:
    return PlainTextResponse(context["X-Request-ID"], background=BackgroundTask(work))


async def stream(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for _ in range(2):
            yield f"{context['X-Request-ID']}\n"

    return StreamingResponse(lines())


async def told(request: Request) -> JSONResponse:
    return JSONResponse(done)


app = Starlette(
    routes=[
        Route("/begin", begin, methods=["POST"]),
        Route("/stream", stream),
        Route("/done", told),
        Route("/loaded", loaded_files),
    ],
    middleware=[Middleware(ContextMiddleware, plugins=(plugins.RequestIdPlugin(validate=False),))],
)
