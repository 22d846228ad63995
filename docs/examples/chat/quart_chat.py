"""The chat in a Quart application, in the two ways there are.

hypercorn quart_chat:app

     /chat/lobby?name=Ann    Quart's own WebSocket in our rooms
     /ours/lobby?name=Ann    our WebSocket in front of Quart, in the same rooms
GET  /chat/lobby             who is there
"""

import os
from collections.abc import AsyncGenerator
from typing import Any

from quart import Quart, abort, websocket

from asgi_types import HTTPException, Receive, Scope, Send
from asgi_websockets import Rooms, WebSocket, WebSocketDisconnect, WebSocketPolicyMiddleware, websocket_session

app = Quart(__name__)
rooms = Rooms(history=20)


@app.while_serving
async def open_rooms() -> AsyncGenerator[None, None]:
    async with rooms:
        yield


@app.get("/chat/<room>")
async def who(room: str) -> list[str]:
    return await rooms[room].members()


# 1. An endpoint of Quart's, whose websocket has other names than rooms know. When the client has gone, Quart cancels
#    the endpoint, which so leaves the room. Not under daphne, which tells no scheme, and Quart needs one.


class QuartSocket:
    """The connection of the present endpoint, with the names of ours."""

    async def send_text(self, data: str) -> None:
        await websocket.send(data)

    async def send_bytes(self, data: bytes) -> None:
        await websocket.send(data)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        await websocket.close(code, reason or "")


@app.websocket("/chat/<room>")
async def chat(room: str) -> None:
    name = websocket.args.get("name")
    if not name or len(name) > 40:
        abort(401)
    await websocket.accept()
    try:
        async with rooms[room].connect(QuartSocket(), name, history=20):
            while True:
                text = await websocket.receive()
                if isinstance(text, bytes):
                    return await websocket.close(1003, "Send text.")
                if text == "fail":
                    raise RuntimeError("As you wish.")
                await rooms[room].broadcast_text(f"{name}: {text}")
    except WebSocketDisconnect:  # too slow for its room
        pass


# 2. A function of our WebSocket, which answers what is below a path; everything else is left to Quart.


async def ours(websocket: WebSocket) -> None:
    room, name = rooms[websocket.path_params["room"]], websocket.query_params.get("name")
    if not name or len(name) > 40:
        raise HTTPException(401, "Who are you?")
    await websocket.accept()
    async with room.connect(websocket, name, history=20):
        async for text in websocket.iter_text():
            if text == "fail":
                raise RuntimeError("As you wish.")
            await room.broadcast_text(f"{name}: {text}")


class InFront:
    """Answers WebSockets below ``/ours/``, and leaves everything else to the application inside."""

    def __init__(self, inside: Any) -> None:
        self.inside = inside
        self.ours = websocket_session(ours)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        before, found, room = scope.get("path", "").partition("/ours/")
        if scope["type"] == "websocket" and found and not before:
            await self.ours({**scope, "path_params": {"room": room}}, receive, send)
        else:
            await self.inside(scope, receive, send)


app.asgi_app = WebSocketPolicyMiddleware(  # type: ignore[assignment,method-assign]
    InFront(app.asgi_app),
    allowed_origins=["https://friend.example"],
    max_message_size=1000,
    idle_timeout=float(os.environ.get("CHAT_IDLE", "60")),
)
