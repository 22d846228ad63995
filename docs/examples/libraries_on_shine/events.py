"""sse-starlette: a stream of events that notices when its client leaves."""

# ruff: noqa: E402 - shine is put in the place of Starlette before anything imports it
import shine

shine.install_as_starlette()

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from loaded_files import loaded_files
from sse_starlette import EventSourceResponse, JSONServerSentEvent, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

left: list[str] = []


async def countdown(request: Request) -> EventSourceResponse:
    async def events() -> AsyncIterator[Any]:
        for number in range(int(request.query_params["from"]), 0, -1):
            yield {"event": "tick", "id": str(number), "data": number}
        yield ServerSentEvent("two\nlines", event="end")
        yield JSONServerSentEvent({"took": None})

    return EventSourceResponse(events(), headers={"x-kind": "countdown"})


async def endless(request: Request) -> EventSourceResponse:
    async def events() -> AsyncIterator[str]:
        try:
            while True:
                yield "again"
                await asyncio.sleep(0.01)
        finally:
            left.append(request.query_params["name"])

    return EventSourceResponse(events(), ping=1)


async def who_left(request: Request) -> JSONResponse:
    return JSONResponse(left)


app = Starlette(
    routes=[
        Route("/countdown", countdown),
        Route("/endless", endless),
        Route("/left", who_left),
        Route("/loaded", loaded_files),
    ]
)
