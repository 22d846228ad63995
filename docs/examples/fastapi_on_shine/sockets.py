"""WebSockets that talk, refuse and fail."""

from typing import Annotated, Any

from fastapi import (
    APIRouter,
    Cookie,
    Depends,
    HTTPException,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
    status,
)

router = APIRouter()

left: list[int] = []


@router.websocket("/ws/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept(headers=[(b"x-socket", b"echo")])
    try:
        while True:
            await websocket.send_text(f"{await websocket.receive_text()}!")
    except WebSocketDisconnect as gone:
        left.append(gone.code)


@router.get("/ws/left")
async def codes() -> list[int]:
    return left


@router.websocket("/ws/json")
async def json(websocket: WebSocket) -> None:
    await websocket.accept()
    async for value in websocket.iter_json():
        await websocket.send_json({"got": value})


@router.websocket("/ws/bytes")
async def binary(websocket: WebSocket) -> None:
    await websocket.accept("chat" if "chat" in websocket.scope["subprotocols"] else None)
    await websocket.send_bytes((await websocket.receive_bytes())[::-1])
    await websocket.close(3001, "enough")


async def key(key: Annotated[str | None, Query()] = None, color: Annotated[str | None, Cookie()] = None) -> str:
    if key is None and color is None:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, "no key")
    return key or color or ""


@router.websocket("/ws/rooms/{number}")
async def room(websocket: WebSocket, number: int, key: Annotated[str, Depends(key)]) -> None:
    await websocket.accept()
    await websocket.send_json({"room": number, "key": key, "path": websocket.url.path, "session": websocket.session})
    await websocket.close()


@router.websocket("/ws/refused")
async def refused(websocket: WebSocket) -> None:
    raise HTTPException(403, "not today")


@router.websocket("/ws/closed")
async def closed(websocket: WebSocket) -> None:
    await websocket.close(4000, "closed before it was open")


@router.websocket("/ws/late")
async def late(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    raise WebSocketException(4001, "too late")


@router.websocket("/ws/bug")
async def bug(websocket: WebSocket) -> None:
    await websocket.accept()
    raise LookupError("a bug")


async def resource() -> Any:
    yield "resource"
    left.append(-1)


@router.websocket("/ws/resource")
async def with_resource(websocket: WebSocket, thing: Annotated[str, Depends(resource)]) -> None:
    await websocket.accept()
    await websocket.send_text(thing)
    await websocket.close()
