"""The demo: a notice board that shows the main path, from the lifespan's state to the error page.

uvicorn demo:app                 answers errors with a plain 500
DEMO_DEBUG=1 uvicorn demo:app    shows tracebacks

The board is in `board`, signing in and drafts in `account`, a page that is streamed in `report`, and the chat in
`chat_room`; sessions and rooms may be in a Redis.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import account
import board
import chat_room
import report
from pages import DEBUG, pages

from shine import HTTPException, JSONResponse, RedirectResponse, Request, Response, Route, Shine
from shine.events import SHUTDOWN, watch_shutdown
from shine.middleware import Middleware
from shine.middleware.csrf import CSRFMiddleware
from shine.middleware.gzip import GZipMiddleware
from shine.middleware.request_id import RequestIDMiddleware
from shine.middleware.security import ContentSecurityPolicy, SecurityHeadersMiddleware

policy = ContentSecurityPolicy(
    default_src="'self'",
    script_src=ContentSecurityPolicy.NONCE,
    style_src=ContentSecurityPolicy.NONCE,
    base_uri="'none'",
    object_src="'none'",
)

middleware = [
    Middleware(RequestIDMiddleware),
    Middleware(SecurityHeadersMiddleware, content_security_policy=policy),
    Middleware(CSRFMiddleware),
    Middleware(GZipMiddleware),
    account.sessions,
]


@asynccontextmanager
async def lifespan(app: Shine) -> AsyncIterator[dict[str, Any]]:
    """What it yields is the state that every request starts with."""
    async with watch_shutdown() as shutdown, chat_room.rooms:
        yield {"notes": {1: "Welcome to the board."}, SHUTDOWN: shutdown}


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json())


async def moved(request: Request) -> Response:
    return RedirectResponse(request.url_for("home").path)


async def broken(request: Request) -> Response:
    raise RuntimeError("This page is always broken.")


async def error_page(request: Request, error: HTTPException) -> Response:
    """Errors as a page for browsers, and as JSON for programs."""
    if "text/html" in request.headers.get("accept", ""):
        shown = {"status": error.status_code, "detail": error.detail}
        return await pages.respond(request, "error.html", shown, error.status_code, error.headers)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


app = Shine(
    debug=DEBUG,
    routes=[
        *board.routes,
        *account.routes,
        *report.routes,
        *chat_room.routes,
        Route("/echo", echo, methods=["POST"]),
        Route("/old", moved),
        Route("/broken", broken),
    ],
    middleware=middleware,
    exception_handlers={HTTPException: error_page},
    lifespan=lifespan,
)
