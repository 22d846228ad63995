"""Events in a Quart application, which makes responses of its own only: the events are an application around it.

uvicorn quart_events:app
"""

from collections.abc import AsyncGenerator
from typing import Any

import anyio
from quart import Quart

from asgi_http import EventSourceResponse, Request, ServerSentEvent, Shutdown, watch_shutdown

app = Quart(__name__)


@app.get("/")
async def home() -> str:
    return "Home"


# Quart has no state of the lifespan, so the response is given its shutdown.


@app.while_serving
async def shutdown_watcher() -> AsyncGenerator[None, None]:
    async with watch_shutdown() as shutdown:
        app.extensions["shutdown"] = shutdown
        yield


async def count(last: int) -> AsyncGenerator[ServerSentEvent, None]:
    for number in range(1, last + 1):
        yield ServerSentEvent({"count": number}, id=number)
        await anyio.sleep(0.01)


class Events:
    """Answers one path, and leaves everything else to the application inside."""

    def __init__(self, inside: Any) -> None:
        self.inside = inside

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/events":
            last = int(Request(scope, receive).query_params["last"])
            shutdown: Shutdown | None = app.extensions.get("shutdown")
            await EventSourceResponse(count(last), shutdown_event=shutdown)(scope, receive, send)
        else:
            await self.inside(scope, receive, send)


app.asgi_app = Events(app.asgi_app)  # type: ignore[method-assign]
