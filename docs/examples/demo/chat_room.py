"""The demo's chat: rooms that people talk in by WebSockets, and others follow by server-sent events.

DEMO_REDIS=redis://localhost:6379 uvicorn demo:app --port 8001     two processes,
DEMO_REDIS=redis://localhost:6379 uvicorn demo:app --port 8002     the same rooms
"""

import os
from collections.abc import AsyncGenerator
from time import time
from typing import Any
from uuid import uuid4

from pages import pages

from shine import (
    EventSourceResponse,
    HTTPException,
    Request,
    Response,
    Rooms,
    Route,
    ServerSentEvent,
    WebSocket,
    WebSocketRoute,
)
from shine.exceptions import WebSocketException
from shine.middleware import Middleware
from shine.middleware.rate_limit import RateLimit, RateLimitMiddleware
from shine.rooms import Room
from shine.routing import websocket_session

MAX_NAME = 40
MAX_TEXT = 1000


def make_rooms() -> Rooms:
    """Rooms of this process, or of all that use the same Redis."""
    if not (url := os.environ.get("DEMO_REDIS")):
        return Rooms()
    from asgi_websockets.redis import RedisBackend

    return Rooms(RedisBackend(url, prefix="demo"))


rooms = make_rooms()


class ChatSocket(WebSocket):
    """What a page of this site may do. It asks who is here every few seconds, so silence means that it is gone."""

    allowed_origins = ()
    max_message_size = 8 * 1024
    idle_timeout = 30


def room_of(view: Request | WebSocket) -> Room:
    name = view.path_params["room"]
    if len(name) > MAX_NAME:
        raise HTTPException(404, f"The name of a room has at most {MAX_NAME} characters.")
    return rooms[name]


async def tell(room: Room, kind: str, name: str, **more: Any) -> None:
    """Tell everybody; by the id a page knows what it has shown already, when it comes back and gets the history."""
    await room.broadcast_json({"id": uuid4().hex, "time": time(), "kind": kind, "name": name, **more})


async def chat(websocket: WebSocket) -> None:
    room = room_of(websocket)
    name = websocket.query_params.get("name", "").strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise HTTPException(422, f"Choose a name of at most {MAX_NAME} characters.")
    await websocket.accept()
    try:
        async with room.connect(websocket, name, history=50):
            await tell(room, "joined", name)
            async for asked in websocket.iter_json():
                await answer(websocket, room, name, asked)
    finally:
        await tell(room, "left", name)


async def answer(websocket: WebSocket, room: Room, name: str, asked: Any) -> None:
    match asked:
        case {"kind": "who"}:
            await websocket.send_json({"kind": "members", "names": await room.members()})
        case {"kind": "message", "text": str(text)} if 0 < len(text) <= MAX_TEXT:
            await tell(room, "message", name, text=text)
        case _:
            raise WebSocketException(1008, f"Send a text of at most {MAX_TEXT} characters.")


async def follow(request: Request) -> Response:
    """The room as events; a browser that lost the connection goes on after the last event it got."""
    room = room_of(request)
    last_event_id = request.headers.get("last-event-id")

    async def events() -> AsyncGenerator[ServerSentEvent, None]:
        with room.join(history=50, after=last_event_id) as member:
            async for message in member:
                yield ServerSentEvent(message.data, id=message.id)

    return EventSourceResponse(events())


async def page(request: Request) -> Response:
    return await pages.respond(request, "chat_room.html")


# Who talks faster for longer than anybody types is closed with 1008.
talking = [Middleware(RateLimitMiddleware, RateLimit(60, per=60), messages=RateLimit(50, per=5), name="chat")]

routes = [
    Route("/chat", page, name="chat"),
    WebSocketRoute("/chat/{room}", websocket_session(chat, ChatSocket), name="chat_room", middleware=talking),
    Route("/chat/{room}/events", follow, name="chat_events"),
]
