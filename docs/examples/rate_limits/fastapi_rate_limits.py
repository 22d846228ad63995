"""Rate limits around FastAPI, and for one path of it.

REDIS_URL=redis://localhost uvicorn fastapi_rate_limits:app
"""

import os
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from asgi_middleware import MemoryRateLimitStore, RateLimitMiddleware, RateLimitStore, where
from asgi_middleware.redis import RedisRateLimitStore

url = os.environ.get("REDIS_URL")
store: RateLimitStore = RedisRateLimitStore(url, on_failure="allow") if url else MemoryRateLimitStore()

app = FastAPI()
# The lifespan goes through both, so each enters the store.
app.add_middleware(where(RateLimitMiddleware, paths="/sign-in"), "3/minute", store=store, name="sign-in")
app.add_middleware(RateLimitMiddleware, "20/second", "1000/hour", store=store, messages="5/second")


@app.get("/")
async def home() -> dict[str, Any]:
    return {"hello": "world"}


@app.post("/sign-in")
async def sign_in() -> dict[str, Any]:
    return {"signed_in": True}


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        pass
