"""Rate limits in an application of Shine: by client, by user, for one route, and for what comes on a WebSocket.

uvicorn rate_limits:app                                             each process counts for itself
REDIS_URL=redis://localhost uvicorn rate_limits:app --workers 4     all of them together

GET   /            20 a second and 1000 an hour, of one client
GET   /notes       3 a minute besides, of one user (basic authentication, with any password)
POST  /sign-in     3 a minute besides, of one client
      /echo        a WebSocket: 5 messages a second
"""

import os
from base64 import b64decode
from typing import Any

from asgi_middleware import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationMiddleware,
    MemoryRateLimitStore,
    Middleware,
    RateLimitMiddleware,
    RateLimitStore,
    SimpleUser,
    user_key,
)
from asgi_middleware.redis import RedisRateLimitStore
from asgi_types import HTTPConnection
from shine import JSONResponse, Request, Route, Shine, WebSocket, WebSocketRoute


def new_store() -> RateLimitStore:
    if url := os.environ.get("REDIS_URL"):
        return RedisRateLimitStore(url, on_failure="allow")
    return MemoryRateLimitStore()


store = new_store()  # one for all; the limit around the whole application enters it


class AnyPassword(AuthenticationBackend):
    """Users are who they say they are."""

    async def authenticate(self, connection: HTTPConnection[Any]) -> tuple[AuthCredentials, SimpleUser] | None:
        scheme, _, encoded = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        name = b64decode(encoded).decode().partition(":")[0]
        return AuthCredentials(["authenticated"]), SimpleUser(name)


async def home(request: Request) -> JSONResponse:
    verdicts = request.scope["asgi_middleware.rate_limit"]["default"]
    return JSONResponse({str(verdict.limit): verdict.remaining for verdict in verdicts})


async def notes(request: Request) -> JSONResponse:
    return JSONResponse({"user": request.user.display_name})


async def sign_in(request: Request) -> JSONResponse:
    return JSONResponse({"signed_in": True})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


app = Shine(
    routes=[
        Route("/", home),
        Route(
            "/notes",
            notes,
            middleware=[Middleware(RateLimitMiddleware, "3/minute", store=store, key=user_key, name="notes")],
        ),
        Route(
            "/sign-in",
            sign_in,
            methods=["POST"],
            middleware=[Middleware(RateLimitMiddleware, "3/minute", store=store, name="sign-in")],
        ),
        WebSocketRoute("/echo", echo, middleware=[Middleware(RateLimitMiddleware, messages="5/second")]),
    ],
    middleware=[
        Middleware(RateLimitMiddleware, "20/second", "1000/hour", store=store),
        Middleware(AuthenticationMiddleware, backend=AnyPassword()),
    ],
)
