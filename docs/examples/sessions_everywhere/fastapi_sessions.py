"""Sessions in FastAPI, whose own `Request` has them as ``request.session``.

uvicorn fastapi_sessions:app

POST /sign-in?name=Ann   begins a session with a new id, and leaves a message for the next page
GET  /who                who has signed in, and the messages
POST /sign-out           ends the session
GET  /visits             counts
GET  /report             counts as well, and is streamed
GET  /refused            counts as well, and is a 403
GET  /broken             counts as well, if its error page is made inside of the sessions' middleware
     /talk               a WebSocket that knows who is there
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.requests import HTTPConnection
from fastapi.responses import StreamingResponse
from keeping import sessions

from asgi_middleware import Middleware
from asgi_routing import lifespan_of
from asgi_sessions import Session, get_session
from asgi_types import ASGIApp

router = APIRouter()


def session_of(connection: HTTPConnection) -> Session:
    """The session with its type, of a request or a WebSocket."""
    return get_session(connection)


CurrentSession = Annotated[Session, Depends(session_of)]


@router.post("/sign-in")
async def sign_in(session: CurrentSession, name: str) -> dict[str, Any]:
    session.regenerate()  # who knew the id before does not know the one of who has signed in
    session["user"] = name
    session.flash(f"Welcome, {name}.")
    return {"user": name}


@router.get("/who")
async def who(session: CurrentSession) -> dict[str, Any]:
    return {"user": session.get("user"), "messages": [message for message, category in session.flashes()]}


@router.post("/sign-out")
async def sign_out(session: CurrentSession) -> dict[str, Any]:
    session.invalidate()
    return {"user": None}


@router.get("/visits")
def visits(request: Request) -> dict[str, Any]:  # in a thread of FastAPI's
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"]}


@router.get("/report")
async def report(request: Request) -> StreamingResponse:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return StreamingResponse(lines(), media_type="text/plain")


async def lines() -> AsyncIterator[str]:
    for number in range(3):
        yield f"line {number}\n"


@router.get("/refused")
async def refused(request: Request) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise HTTPException(403, "Not for you.")


@router.get("/broken")
async def broken(request: Request) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise ValueError("This page is always broken.")


@router.websocket("/talk")
async def talk(websocket: WebSocket, session: CurrentSession) -> None:
    await websocket.accept()
    await websocket.send_json({"user": session.get("user"), "visits": websocket.session.get("visits", 0)})
    await websocket.close()


def inside(sessions: Middleware) -> ASGIApp:
    """As FastAPI's middleware. The lifespan goes through it, so it enters the store."""
    app = FastAPI()
    app.include_router(router)
    factory, args, kwargs = sessions
    app.add_middleware(factory, *args, **kwargs)
    return app


def around(sessions: Middleware) -> ASGIApp:
    """Around FastAPI, as around any application; the store is entered as well."""
    app = FastAPI()
    app.include_router(router)
    factory, args, kwargs = sessions
    wrapped: ASGIApp = factory(app, *args, **kwargs)
    return wrapped


def mounted(sessions: Middleware) -> ASGIApp:
    """In a part that is mounted. FastAPI does not run its lifespan by itself, but if it is told to."""
    part = inside(sessions)
    app = FastAPI(lifespan=lifespan_of(part))
    app.mount("/", part)
    return app


WAYS = {"inside": inside, "around": around, "mounted": mounted}

app = inside(sessions)
