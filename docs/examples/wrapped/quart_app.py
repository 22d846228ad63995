"""The same application in Quart."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from quart import Quart, Response, request, websocket

app = Quart(__name__)
released: dict[str, asyncio.Event] = {}


@app.get("/")
async def page() -> dict[str, Any]:
    return {"items": ["an item"] * 200}


@app.post("/echo")
async def echo() -> dict[str, int]:
    return {"received": len(await request.get_data())}


@app.get("/stream")
async def stream() -> Response:
    return streamed("first half\n", "second half\n", "text/plain")


@app.get("/events")
async def events() -> Response:
    return streamed("data: first\n\n", "data: second\n\n", "text/event-stream")


def streamed(first: str, second: str, media_type: str) -> Response:
    response = Response(halves(request.args["name"], first, second), mimetype=media_type)
    response.timeout = None
    return response


async def halves(name: str, first: str, second: str) -> AsyncIterator[bytes]:
    event = released.setdefault(name, asyncio.Event())
    yield first.encode()
    await event.wait()
    yield second.encode()


@app.get("/release")
async def release() -> dict[str, Any]:
    released.setdefault(request.args["name"], asyncio.Event()).set()
    return {}


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("This is always broken.")


@app.websocket("/talk")
async def talk() -> None:
    while True:
        await websocket.send((await websocket.receive()).upper())
