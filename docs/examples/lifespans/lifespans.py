"""A router that runs the lifespans of what is mounted in it: of its own kind, of FastAPI, and of none.

uvicorn lifespans:app          starts them in order and stops them in reverse
uvicorn lifespans:failing      does not start, and stops what it has started
uvicorn lifespans:shared       starts each once: two that mount each other, and one that is mounted in both

GET /order       what has started and stopped so far
GET /ours/       the state of that application, and so on: /ours/deep/, /fastapi/, /bare/
GET /off/        that of one whose lifespan is switched off
GET /back/deep/  of `shared`, where /back/there/ is the application itself again, and so on
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from asgi_routing import Mount, Route, Router
from asgi_types import HTTPConnection, Lifespan, Response
from shine import Shine

order: list[str] = []


def tell(what: str) -> None:
    order.append(what)
    print(what, flush=True)


def resource(name: str) -> Lifespan[Any]:
    """A lifespan whose state has the same key in every application."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[dict[str, Any]]:
        tell(f"{name} started")
        try:
            yield {"resource": name}
        finally:
            tell(f"{name} stopped")

    return lifespan


async def show_order(connection: HTTPConnection) -> Response:
    return Response("\n".join(order), media_type="text/plain")


async def show(connection: HTTPConnection) -> Response:
    return Response(connection.state.resource, media_type="text/plain")


deep = Router([Route("/", show)], lifespan=resource("deep"))

ours = Router([Route("/", show), Mount("/deep", deep)], lifespan=resource("ours"))

fastapi = FastAPI(lifespan=resource("fastapi"))


@fastapi.get("/")
async def show_in_fastapi(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.state.resource)


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """An application that knows of no lifespan, and is left alone."""
    assert scope["type"] == "http"
    await Response(scope["state"]["resource"], media_type="text/plain")(scope, receive, send)


app = Router(
    [
        Route("/order", show_order),
        Mount("/ours", ours),
        Mount("/fastapi", fastapi),
        Mount("/bare", bare),
        Mount("/off", Router([Route("/", show)], lifespan=resource("off")), lifespan=False),
    ],
    lifespan=resource("outer"),
)


shared = Shine(routes=[Route("/", show), Mount("/deep", deep)], lifespan=resource("there"))
back = Shine(routes=[Route("/", show), Mount("/deep", deep), Mount("/there", shared)], lifespan=resource("back"))
shared.mount("/back", back)


async def connect() -> None:
    raise OSError("The database does not answer.")


@asynccontextmanager
async def broken(app: Any) -> AsyncGenerator[None]:
    await connect()
    yield


failing = Router(
    [
        Mount("/first", Router(lifespan=resource("first"))),
        Mount("/second", FastAPI(lifespan=resource("second"))),
        Mount("/third", Router(lifespan=broken)),
        Mount("/fourth", Router(lifespan=resource("fourth"))),
    ]
)
