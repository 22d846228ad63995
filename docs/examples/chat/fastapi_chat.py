"""The chat in a FastAPI application, in the two ways there are.

uvicorn fastapi_chat:app

     /chat/lobby?name=Ann    FastAPI's own WebSocket, with parameters and dependencies, in our rooms
     /ours/lobby?name=Ann    our WebSocket as a route, in the same rooms
GET  /chat/lobby             who is there
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query, WebSocket, WebSocketDisconnect
from starlette.routing import WebSocketRoute

import asgi_websockets
from asgi_types import HTTPException
from asgi_websockets import Rooms, WebSocketPolicyMiddleware, websocket_session

rooms = Rooms(history=20)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    async with rooms:
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(
    WebSocketPolicyMiddleware,
    allowed_origins=["https://friend.example"],
    max_message_size=1000,
    idle_timeout=float(os.environ.get("CHAT_IDLE", "60")),
)


# 1. An endpoint of FastAPI's. Its WebSocket tells by an exception of its own that the client has gone, and ours
#    comes when it was too slow for its room.


@app.websocket("/chat/{room}")
async def chat(websocket: WebSocket, room: str, name: Annotated[str, Query(min_length=1, max_length=40)]) -> None:
    await websocket.accept()
    try:
        async with rooms[room].connect(websocket, name, history=20):
            while True:
                text = await websocket.receive_text()
                if text == "fail":
                    raise RuntimeError("As you wish.")
                await rooms[room].broadcast_text(f"{name}: {text}")
    except (WebSocketDisconnect, asgi_websockets.WebSocketDisconnect):
        pass


@app.get("/chat/{room}")
async def who(room: str) -> list[str]:
    return await rooms[room].members()


# 2. A function of our WebSocket, which ends every connection by itself. FastAPI calls what is no function as an ASGI
#    application.


async def ours(websocket: asgi_websockets.WebSocket) -> None:
    room, name = rooms[websocket.path_params["room"]], websocket.query_params.get("name")
    if not name or len(name) > 40:
        raise HTTPException(401, "Who are you?")
    await websocket.accept()
    async with room.connect(websocket, name, history=20):
        async for text in websocket.iter_text():
            if text == "fail":
                raise RuntimeError("As you wish.")
            await room.broadcast_text(f"{name}: {text}")


app.router.routes.append(WebSocketRoute("/ours/{room}", websocket_session(ours)))
