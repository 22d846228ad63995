"""Events in a FastAPI application, in the three ways there are.

uvicorn fastapi_events:app
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from fastapi import Depends, FastAPI, Query
from starlette.responses import Response as StarletteResponse

from asgi_http import SHUTDOWN, EventSourceResponse, Request, ServerSentEvent, request_response, watch_shutdown


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, Any], None]:
    async with watch_shutdown() as shutdown:
        yield {SHUTDOWN: shutdown}


app = FastAPI(lifespan=lifespan)


async def count(last: int) -> AsyncGenerator[ServerSentEvent, None]:
    for number in range(1, last + 1):
        yield ServerSentEvent({"count": number}, id=number)
        await anyio.sleep(0.01)


# 1. Returned by an endpoint, with parameters, dependencies and validation. FastAPI takes what is no response of
#    Starlette's for data, so the class says that it is one; everything it does is ours.


class Events(EventSourceResponse, StarletteResponse):
    """An `EventSourceResponse` that endpoints of FastAPI may return."""


async def user() -> str:
    return "somebody"


@app.get("/returned", response_class=Events)
async def returned(last: int = Query(ge=1), name: str = Depends(user)) -> Events:
    return Events(count(last), headers={"x-user": name})


# 2. Mounted: an application of its own below a path.


async def mounted(request: Request) -> EventSourceResponse:
    return EventSourceResponse(count(int(request.query_params["last"])))


app.mount("/mounted", request_response(mounted))


# 3. As a route: Starlette calls an object that is no function as an ASGI application.


class Routed:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await EventSourceResponse(count(int(scope["path_params"]["last"])))(scope, receive, send)


app.add_route("/routed/{last:int}", Routed())  # type: ignore[arg-type]
