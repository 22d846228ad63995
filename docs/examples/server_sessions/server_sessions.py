"""Sessions that are kept by a store: a cart, a sign-in, and counters that several pages write at the same time.

uvicorn server_sessions:app                                                       in memory, for one process
SESSIONS=sqlite:sessions.sqlite3 uvicorn server_sessions:app --workers 4          in a file
SESSIONS=redis:redis://localhost uvicorn server_sessions:app --workers 4          in Redis

GET    /                   whose session it is and what is in it, and the messages for this page
POST   /cart/{item}        one more of something
POST   /sign-in/{user}     the same session, with another id
POST   /sign-out           the end of the session
POST   /counters/{name}    one more, for who has signed in
"""

import os
from typing import Any

from shine import HTTPException, JSONResponse, Request, Route, Shine
from shine.middleware import Middleware
from shine.middleware.sessions import (
    MemorySessionStore,
    Session,
    SessionStore,
    SQLiteSessionStore,
    StoredSessionMiddleware,
)


def new_store() -> SessionStore:
    kind, _, where = os.environ.get("SESSIONS", "memory").partition(":")
    if kind == "sqlite":
        return SQLiteSessionStore(where)
    if kind == "redis":
        from asgi_sessions.redis import RedisSessionStore

        return RedisSessionStore(where)
    return MemorySessionStore()


def shown(session: Session) -> dict[str, Any]:
    # What is written apart is kept apart: an entry for each item and each counter, and not a dict of all of them.
    cart = {key.removeprefix("cart."): value for key, value in session.items() if key.startswith("cart.")}
    names = sorted(key.removeprefix("count.") for key in session if key.startswith("count."))
    counters = {name: [session[f"count.{name}"], session.get(f"double.{name}")] for name in names}
    return {"user": session.get("user"), "cart": cart, "counters": counters}


async def home(request: Request) -> JSONResponse:
    messages = [flash.message for flash in request.session.flashes()]
    return JSONResponse({**shown(request.session), "messages": messages})


async def add_to_cart(request: Request) -> JSONResponse:
    entry = f"cart.{request.path_params['item']}"
    request.session[entry] = request.session.get(entry, 0) + 1
    return JSONResponse(shown(request.session))


async def sign_in(request: Request) -> JSONResponse:
    request.session.regenerate()  # who knew the id of the cart before does not know this one
    request.session["user"] = request.path_params["user"]
    request.session.flash(f"Welcome, {request.path_params['user']}!")
    return JSONResponse(shown(request.session))


async def sign_out(request: Request) -> JSONResponse:
    request.session.invalidate()
    return JSONResponse(shown(request.session))


async def count(request: Request) -> JSONResponse:
    if "user" not in request.session:
        raise HTTPException(401)
    name = request.path_params["name"]
    count = request.session.get(f"count.{name}", 0) + 1
    request.session[f"count.{name}"] = count
    request.session[f"double.{name}"] = 2 * count  # nobody ever sees one of the two without the other
    return JSONResponse(shown(request.session))


app = Shine(
    routes=[
        Route("/", home),
        Route("/cart/{item}", add_to_cart, methods=["POST"]),
        Route("/sign-in/{user}", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/counters/{name}", count, methods=["POST"]),
    ],
    middleware=[Middleware(StoredSessionMiddleware, store=new_store())],
)
