"""The application that is wrapped, without a framework: a page, a stream, events and a WebSocket."""

from typing import Any

import anyio

from asgi_http import EventSourceResponse, JSONResponse, Request, StreamingResponse, request_response
from asgi_websockets import WebSocket, websocket_session

released: dict[str, anyio.Event] = {}
"""What a stream waits for before its second half, by the name that the client has given it."""


@request_response
async def page(request: Request) -> JSONResponse:
    return JSONResponse({"items": ["an item"] * 200})


@request_response
async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"received": len(await request.body())})


@request_response
async def stream(request: Request) -> StreamingResponse:
    return StreamingResponse(
        halves(request.query_params["name"], "first half\n", "second half\n"), media_type="text/plain"
    )


@request_response
async def events(request: Request) -> EventSourceResponse:
    return EventSourceResponse(halves(request.query_params["name"], "first", "second"))


async def halves(name: str, first: str, second: str) -> Any:
    event = released.setdefault(name, anyio.Event())
    yield first
    await event.wait()
    yield second


@request_response
async def release(request: Request) -> JSONResponse:
    released.setdefault(request.query_params["name"], anyio.Event()).set()
    return JSONResponse({})


@request_response
async def broken(request: Request) -> JSONResponse:
    raise RuntimeError("This is always broken.")


@websocket_session
async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text.upper())


PATHS: dict[str, Any] = {
    "/": page,
    "/echo": echo,
    "/stream": stream,
    "/events": events,
    "/release": release,
    "/broken": broken,
    "/talk": talk,
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    await PATHS[scope["path"]](scope, receive, send)
