"""The same in Starlette, with the pages that `fastapi_sessions` tells of.

uvicorn starlette_sessions:app
"""

from collections.abc import AsyncIterator

import starlette.middleware
from keeping import sessions
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from asgi_middleware import Middleware
from asgi_routing import lifespan_of
from asgi_sessions import get_session
from asgi_types import ASGIApp


async def sign_in(request: Request) -> JSONResponse:
    name = request.query_params["name"]
    session = get_session(request)  # which is request.session, with its type
    session.regenerate()
    session["user"] = name
    session.flash(f"Welcome, {name}.")
    return JSONResponse({"user": name})


async def who(request: Request) -> JSONResponse:
    messages = [message for message, category in get_session(request).flashes()]
    return JSONResponse({"user": request.session.get("user"), "messages": messages})


async def sign_out(request: Request) -> JSONResponse:
    get_session(request).invalidate()
    return JSONResponse({"user": None})


def visits(request: Request) -> JSONResponse:  # in a thread of Starlette's
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JSONResponse({"visits": request.session["visits"]})


async def report(request: Request) -> StreamingResponse:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return StreamingResponse(lines(), media_type="text/plain")


async def lines() -> AsyncIterator[str]:
    for number in range(3):
        yield f"line {number}\n"


async def refused(request: Request) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise HTTPException(403, "Not for you.")


async def broken(request: Request) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise ValueError("This page is always broken.")


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    session = get_session(websocket)
    await websocket.send_json({"user": session.get("user"), "visits": session.get("visits", 0)})
    await websocket.close()


ROUTES = [
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/who", who),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/visits", visits),
    Route("/report", report),
    Route("/refused", refused),
    Route("/broken", broken),
    WebSocketRoute("/talk", talk),
]


def inside(sessions: Middleware) -> ASGIApp:
    """As Starlette's middleware. The lifespan goes through it, so it enters the store."""
    factory, args, kwargs = sessions
    return Starlette(routes=ROUTES, middleware=[starlette.middleware.Middleware(factory, *args, **kwargs)])


def around(sessions: Middleware) -> ASGIApp:
    """Around Starlette, as around any application; the store is entered as well."""
    factory, args, kwargs = sessions
    wrapped: ASGIApp = factory(Starlette(routes=ROUTES), *args, **kwargs)
    return wrapped


def mounted(sessions: Middleware) -> ASGIApp:
    """For a mount alone. Starlette does not run its lifespan by itself, but if it is told to."""
    factory, args, kwargs = sessions
    part = Mount("/", routes=ROUTES, middleware=[starlette.middleware.Middleware(factory, *args, **kwargs)])
    return Starlette(routes=[part], lifespan=lifespan_of(part.app))


WAYS = {"inside": inside, "around": around, "mounted": mounted}

app = inside(sessions)
