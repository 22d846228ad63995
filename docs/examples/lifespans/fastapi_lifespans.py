"""A FastAPI application that runs the lifespans of applications mounted in it, which it would not do by itself.

uvicorn fastapi_lifespans:app          starts them in order and stops them in reverse
uvicorn fastapi_lifespans:failing      does not start, and stops what it has started

GET /            the state of the application, as its lifespan made it
GET /ours/       that of a router in it, which has the state of the application besides its own
GET /ours/deep/  that of a FastAPI application in that router
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from asgi_routing import Mount, Route, Router, combine_lifespans, lifespan_of
from asgi_types import HTTPConnection, Lifespan, Response


def resource(name: str, **state: str) -> Lifespan[Any]:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[dict[str, Any]]:
        print(f"{name} started", flush=True)
        try:
            yield state
        finally:
            print(f"{name} stopped", flush=True)

    return lifespan


deep = FastAPI(lifespan=resource("deep", database="deep"))


@deep.get("/")
async def show_deep(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.state.database} {request.state.cache}")


async def show_ours(connection: HTTPConnection) -> Response:
    return Response(f"{connection.state.database} {connection.state.cache}", media_type="text/plain")


ours = Router([Route("/", show_ours), Mount("/deep", deep)], lifespan=resource("ours", cache="ours"))

app = FastAPI(lifespan=combine_lifespans(resource("outer", database="outer"), lifespan_of(ours)))
app.mount("/ours", ours)


@app.get("/")
async def show(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.state.database)


async def connect() -> None:
    raise OSError("The database does not answer.")


@asynccontextmanager
async def broken(app: Any) -> AsyncGenerator[None]:
    await connect()
    yield


failing = FastAPI(lifespan=combine_lifespans(resource("first"), lifespan_of(ours), broken, resource("fourth")))
