"""Pieces of asgi-http, each an ASGI application of its own, without a framework around it.

uvicorn pieces:hello       one response, always the same
uvicorn pieces:page        one file
uvicorn pieces:site        a folder
uvicorn pieces:clock       a stream of events
"""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio

from asgi_http import (
    EventSourceResponse,
    FileResponse,
    Request,
    Response,
    ServerSentEvent,
    StaticFiles,
    request_response,
)

SITE = Path(__file__).parent / "site"

hello = Response("Hello, world!", media_type="text/plain")

page = FileResponse(SITE / "index.html")

site = StaticFiles(directory=SITE, html=True, immutable=True)


async def ticks() -> AsyncIterator[ServerSentEvent]:
    for number in range(3):
        yield ServerSentEvent({"tick": number}, id=str(number))
        await anyio.sleep(0.01)


@request_response
async def clock(request: Request) -> EventSourceResponse:
    return EventSourceResponse(ticks())
