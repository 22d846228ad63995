"""The same around a FastAPI application.

uvicorn fastapi_seeing:app --no-access-log
"""

import anyio
import seeing_log
from fastapi import FastAPI, Request

from asgi_middleware import (
    AccessLogMiddleware,
    RequestIDMiddleware,
    ServerTimingMiddleware,
    TimeoutMiddleware,
    request_id,
    server_timing,
)

seeing_log.configure()

app = FastAPI()

# The last one that is added is the outermost.
app.add_middleware(TimeoutMiddleware, handler_timeout=2.0, body_timeout=1.0)
app.add_middleware(ServerTimingMiddleware)
app.add_middleware(AccessLogMiddleware, format="json")
app.add_middleware(RequestIDMiddleware, trusted=["127.0.0.1"])


@app.get("/")
async def home() -> dict[str, str | None]:
    with server_timing().measure("db", "The database"):
        await anyio.sleep(0.05)
    return {"request_id": request_id()}


@app.get("/items/{item_id}")
def item(item_id: int) -> dict[str, object]:
    return {"id": item_id, "request_id": request_id()}  # also in a thread


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("This is always broken.")


@app.get("/stuck")
async def stuck() -> None:
    await anyio.sleep_forever()


@app.post("/upload")
async def upload(request: Request) -> dict[str, int]:
    return {"size": len(await request.body())}
