"""What an application tells of itself: ids of requests, an access log, timings, and limits of time.

uvicorn seeing:app --no-access-log

GET  /              the id of the request, and how long "the database" took
GET  /items/{id}    a line in the log of the application
GET  /stream        5000 bytes in half a second
GET  /events        an event a second, for longer than a handler may take
GET  /broken        an exception, which the server logs
GET  /stuck         no answer in time: 503
POST /upload        the size of the body, which has to come without long pauses: else 408
GET  /bare          goes round the ids
     /echo          a WebSocket that says what it is told
"""

import logging
from collections.abc import AsyncIterator

import anyio
import seeing_log

from asgi_middleware import (
    AccessLogMiddleware,
    RequestIDMiddleware,
    ServerTimingMiddleware,
    TimeoutMiddleware,
    request_id,
    server_timing,
    where,
)
from shine import (
    EventSourceResponse,
    JSONResponse,
    Middleware,
    Request,
    Route,
    Shine,
    StreamingResponse,
    WebSocket,
    WebSocketDisconnect,
    WebSocketRoute,
)

seeing_log.configure()
logger = logging.getLogger("seeing")

HANDLER_TIMEOUT = 2.0
BODY_TIMEOUT = 1.0


async def home(request: Request) -> JSONResponse:
    with server_timing().measure("db", "The database"):
        await anyio.sleep(0.05)
    return JSONResponse({"request_id": request_id()})


async def item(request: Request) -> JSONResponse:
    await anyio.to_thread.run_sync(logger.info, "Looking for item %s", request.path_params["id"])
    return JSONResponse({"id": request.path_params["id"]})


async def stream(request: Request) -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 1000
            await anyio.sleep(0.1)

    return StreamingResponse(chunks(), media_type="text/plain")


async def events(request: Request) -> EventSourceResponse:
    async def numbers() -> AsyncIterator[str]:
        for number in range(4):
            yield str(number)
            await anyio.sleep(HANDLER_TIMEOUT / 3)

    return EventSourceResponse(numbers())


async def broken(request: Request) -> JSONResponse:
    raise RuntimeError("This is always broken.")


async def stuck(request: Request) -> JSONResponse:
    await anyio.sleep_forever()
    raise AssertionError


async def upload(request: Request) -> JSONResponse:
    return JSONResponse({"size": len(await request.body())})


async def bare(request: Request) -> JSONResponse:
    return JSONResponse({"request_id": request_id()})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect:
        logger.info("The client has left.")


app = Shine(
    routes=[
        Route("/", home),
        Route("/items/{id:int}", item),
        Route("/stream", stream),
        Route("/events", events),
        Route("/broken", broken),
        Route("/stuck", stuck),
        Route("/upload", upload, methods=["POST"]),
        Route("/bare", bare),
        WebSocketRoute("/echo", echo),
    ],
    middleware=[
        # The ids first: whatever is further in is logged with them. Only a proxy on this machine may name requests.
        Middleware(where(RequestIDMiddleware, skip="/bare"), trusted=["127.0.0.1"]),
        Middleware(AccessLogMiddleware, format="json"),
        Middleware(ServerTimingMiddleware),
        Middleware(TimeoutMiddleware, handler_timeout=HANDLER_TIMEOUT, body_timeout=BODY_TIMEOUT),
    ],
)
