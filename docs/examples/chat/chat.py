"""A chat in a bare ASGI application: WebSockets and rooms, and nothing else.

uvicorn chat:app

     /chat/lobby?name=Ann   a WebSocket: what it sends, everybody in the room gets, its sender too
GET  /chat/lobby            who is there, as JSON
"""

import os
from typing import Any
from urllib.parse import unquote

from asgi_types import HTTPConnection, HTTPException, Receive, Response, Scope, Send, refuse
from asgi_websockets import Rooms, WebSocket, websocket_session

rooms = Rooms(history=20)


class ChatSocket(WebSocket):
    """What a client may do."""

    allowed_origins = ("https://friend.example",)  # and pages of this host
    max_message_size = 1000
    idle_timeout = float(os.environ.get("CHAT_IDLE", "60"))


def room_name(view: HTTPConnection[Any]) -> str:
    _, first, *names = view.url.path.split("/")
    if first != "chat" or len(names) != 1:
        raise HTTPException(404)
    return unquote(names[0])


async def chat(websocket: WebSocket) -> None:
    room = rooms[room_name(websocket)]
    name = websocket.query_params.get("name")
    if not name or len(name) > 40:
        raise HTTPException(401, "Who are you?")
    await websocket.accept()
    async with room.connect(websocket, name, history=20):
        async for text in websocket.iter_text():
            if text == "fail":
                raise RuntimeError("As you wish.")
            await room.broadcast_text(f"{name}: {text}")


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        names = await rooms[room_name(HTTPConnection(scope))].members()
    except HTTPException as refusal:
        await refuse(scope, receive, send, refusal)
    else:
        await Response(rooms.encode(names), media_type="application/json")(scope, receive, send)


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    async with rooms:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


APPS = {"http": who, "websocket": websocket_session(chat, ChatSocket), "lifespan": lifespan}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await APPS[scope["type"]](scope, receive, send)
