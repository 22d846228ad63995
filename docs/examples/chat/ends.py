"""The ways a WebSocket begins and ends, one a path, in a bare ASGI application: what a client sees of each.

uvicorn ends:app

/echo         sends back what it gets, as long as the client wants
/refused      ``HTTPException`` before the connection is accepted
/closed       ``WebSocketException`` before that
/failed       another exception before that
/foreign      a page of another origin than https://friend.example
/error        an exception after it
/large        a message of more than 1,000 bytes
/idle         a client that sends nothing for 0.3 seconds
/patient      counts what it gets, and how often it stopped waiting for it
/crowd        twenty tasks that send at once
/room         one who is in a room; /members tells how many are, and /flood sends to it
"""

import anyio

from asgi_types import HTTPException, Receive, Scope, Send, WebSocketException
from asgi_websockets import Rooms, WebSocket, WebSocketClose, websocket_session

rooms = Rooms()


async def echo(websocket: WebSocket) -> None:
    offered: list[str] = websocket.scope.get("subprotocols", [])
    await websocket.accept(offered[-1] if offered else None, [(b"x-room", b"echo")])
    while (message := await websocket.receive())["type"] == "websocket.receive":
        await websocket.send({**message, "type": "websocket.send"})


async def refused(websocket: WebSocket) -> None:
    raise HTTPException(401, "Sign in first.", {"www-authenticate": "Basic"})


async def closed(websocket: WebSocket) -> None:
    raise WebSocketException(4000, "Not now.")


async def failed(websocket: WebSocket) -> None:
    raise RuntimeError("This never begins.")


async def error(websocket: WebSocket) -> None:
    await websocket.accept()
    raise RuntimeError("This always fails.")


class Strict(WebSocket):
    """A connection of a friend who does not write much."""

    allowed_origins = ("https://friend.example",)
    max_message_size = 1000


class Impatient(WebSocket):
    idle_timeout = 0.3


async def patient(websocket: WebSocket) -> None:
    """The numbers that the client sends until "end", and how often none came for ten milliseconds."""
    await websocket.accept()
    received: list[str] = []
    timeouts = 0
    while not received or received[-1] != "end":
        try:
            received.append(await websocket.receive_text(timeout=0.01))
        except TimeoutError:
            timeouts += 1
    await websocket.send_json({"received": received, "timeouts": timeouts})


async def crowd(websocket: WebSocket) -> None:
    async def send_many(sender: int) -> None:
        for number in range(50):
            await websocket.send_text(f"{sender} {number} {chr(97 + sender) * 2000}")

    await websocket.accept()
    async with anyio.create_task_group() as tasks:
        for sender in range(20):
            tasks.start_soon(send_many, sender)


async def be_in_room(websocket: WebSocket) -> None:
    await websocket.accept()
    async with rooms["lobby"].connect(websocket, "somebody"):
        await websocket.wait_closed()


async def members(websocket: WebSocket) -> None:
    """How many there are, and how many were too slow so far, whenever the client asks."""
    await websocket.accept()
    async for _ in websocket.iter_text():
        await websocket.send_json([len(await rooms["lobby"].members()), rooms.stats.disconnected])


async def flood(websocket: WebSocket) -> None:
    """As many messages of 60,000 bytes as the client says, whenever it says a number."""
    await websocket.accept()
    async for count in websocket.iter_text():
        for number in range(int(count)):
            await rooms["lobby"].broadcast_bytes(number.to_bytes(4, "big").ljust(60_000))
        await websocket.send_text("sent")


make = websocket_session
PATHS = {
    "/echo": make(echo),
    "/refused": make(refused),
    "/closed": make(closed),
    "/failed": make(failed),
    "/foreign": make(echo, Strict),
    "/error": make(error),
    "/large": make(echo, Strict),
    "/idle": make(echo, Impatient),
    "/patient": make(patient),
    "/crowd": make(crowd),
    "/room": make(be_in_room),
    "/members": make(members),
    "/flood": make(flood),
}


async def lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await PATHS.get(scope["path"], WebSocketClose())(scope, receive, send)
