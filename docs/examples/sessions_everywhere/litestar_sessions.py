"""The same in Litestar, whose own `Request` has the session as ``request.session``.

uvicorn litestar_sessions:app

POST /replace?name=Ben   puts another session in the place of this one
POST /clear              ends it
"""

from collections.abc import AsyncIterator
from typing import Any

from keeping import sessions
from litestar import Litestar, Request, WebSocket, get, post, websocket
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import DefineMiddleware
from litestar.response import Stream

from asgi_middleware import Middleware
from asgi_sessions import get_session
from asgi_types import ASGIApp


@post("/sign-in", status_code=200)
async def sign_in(request: Request[Any, Any, Any]) -> dict[str, Any]:
    name = request.query_params["name"]
    session = get_session(request.scope)  # which is request.session, with its type
    session.regenerate()
    session["user"] = name
    session.flash(f"Welcome, {name}.")
    return {"user": name}


@get("/who")
async def who(request: Request[Any, Any, Any]) -> dict[str, Any]:
    session = get_session(request.scope)
    return {"user": session.get("user"), "messages": [message for message, category in session.flashes()]}


@post("/sign-out", status_code=200)
async def sign_out(request: Request[Any, Any, Any]) -> dict[str, Any]:
    get_session(request.scope).invalidate()
    return {"user": None}


@get("/visits", sync_to_thread=True)
def visits(request: Request[Any, Any, Any]) -> dict[str, Any]:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"]}


@get("/report")
async def report(request: Request[Any, Any, Any]) -> Stream:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return Stream(lines(), media_type="text/plain")


async def lines() -> AsyncIterator[str]:
    for number in range(3):
        yield f"line {number}\n"


@get("/refused")
async def refused(request: Request[Any, Any, Any]) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise PermissionDeniedException("Not for you.")


@get("/broken")
async def broken(request: Request[Any, Any, Any]) -> None:
    request.session["visits"] = request.session.get("visits", 0) + 1
    raise ValueError("This page is always broken.")


@websocket("/talk")
async def talk(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    await socket.send_json({"user": socket.session.get("user"), "visits": socket.session.get("visits", 0)})
    await socket.close()


# Litestar's own ways to do the same.


@post("/replace", status_code=200)
async def replace(request: Request[Any, Any, Any]) -> dict[str, Any]:
    request.set_session({"user": request.query_params["name"]})
    return request.session


@post("/clear", status_code=200)
async def clear(request: Request[Any, Any, Any]) -> dict[str, Any]:
    request.clear_session()
    return {}


HANDLERS = [sign_in, who, sign_out, visits, report, refused, broken, talk, replace, clear]


def inside(sessions: Middleware) -> ASGIApp:
    """As Litestar's middleware, of which each route has its own, and which no lifespan goes through."""
    factory, args, kwargs = sessions
    return Litestar(
        HANDLERS,
        middleware=[DefineMiddleware(factory, *args, **kwargs)],
        lifespan=[kwargs["store"]] if "store" in kwargs else [],
    )


def around(sessions: Middleware) -> ASGIApp:
    """Around Litestar, as around any application; this enters the store."""
    factory, args, kwargs = sessions
    wrapped: ASGIApp = factory(Litestar(HANDLERS), *args, **kwargs)
    return wrapped


WAYS = {"inside": inside, "around": around}

app = around(sessions)
