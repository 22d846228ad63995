"""The same application in FastAPI."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

app = FastAPI()
released: dict[str, asyncio.Event] = {}


@app.get("/")
async def page() -> dict[str, Any]:
    return {"items": ["an item"] * 200}


@app.post("/echo")
async def echo(request: Request) -> dict[str, int]:
    return {"received": len(await request.body())}


@app.get("/stream")
async def stream(name: str) -> StreamingResponse:
    return StreamingResponse(halves(name, "first half\n", "second half\n"), media_type="text/plain")


@app.get("/events")
async def events(name: str) -> StreamingResponse:
    return StreamingResponse(halves(name, "data: first\n\n", "data: second\n\n"), media_type="text/event-stream")


async def halves(name: str, first: str, second: str) -> AsyncIterator[str]:
    event = released.setdefault(name, asyncio.Event())
    yield first
    await event.wait()
    yield second


@app.get("/release")
async def release(name: str) -> dict[str, Any]:
    released.setdefault(name, asyncio.Event()).set()
    return {}


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("This is always broken.")


@app.websocket("/talk")
async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text((await websocket.receive_text()).upper())
    except WebSocketDisconnect:
        pass
