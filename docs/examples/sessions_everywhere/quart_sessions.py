"""The same in Quart, which has a session of its own: `quart.session`, in a cookie that is called "session" as well.

uvicorn quart_sessions:app

POST /own   what `quart.session` and `quart.flash` have
"""

from collections.abc import AsyncIterator
from typing import Any, NoReturn, cast

import quart
from keeping import sessions
from quart import Blueprint, Quart, Response, abort, request, websocket
from quart.sessions import SessionInterface, SessionMixin

from asgi_middleware import Middleware
from asgi_sessions import get_session
from asgi_types import ASGIApp

pages = Blueprint("pages", __name__)


@pages.post("/sign-in")
async def sign_in() -> dict[str, Any]:
    name = request.args["name"]
    session = get_session(request.scope)
    session.regenerate()
    session["user"] = name
    session.flash(f"Welcome, {name}.")
    return {"user": name}


@pages.get("/who")
async def who() -> dict[str, Any]:
    session = get_session(request.scope)
    return {"user": session.get("user"), "messages": [message for message, category in session.flashes()]}


@pages.post("/sign-out")
async def sign_out() -> dict[str, Any]:
    get_session(request.scope).invalidate()
    return {"user": None}


@pages.get("/visits")
def visits() -> dict[str, Any]:  # in a thread of Quart's
    session = get_session(request.scope)
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}


@pages.get("/report")
async def report() -> Response:
    session = get_session(request.scope)
    session["visits"] = session.get("visits", 0) + 1
    return Response(lines(), mimetype="text/plain")


async def lines() -> AsyncIterator[bytes]:
    for number in range(3):
        yield f"line {number}\n".encode()


@pages.get("/refused")
async def refused() -> NoReturn:
    session = get_session(request.scope)
    session["visits"] = session.get("visits", 0) + 1
    abort(403, "Not for you.")


@pages.get("/broken")
async def broken() -> NoReturn:
    session = get_session(request.scope)
    session["visits"] = session.get("visits", 0) + 1
    raise ValueError("This page is always broken.")


@pages.websocket("/talk")
async def talk() -> None:
    session = get_session(websocket.scope)
    await websocket.send_json({"user": session.get("user"), "visits": session.get("visits", 0)})


@pages.post("/own")
async def own() -> dict[str, Any]:
    """What has nothing but Quart's session, such as an extension, or its `flash`."""
    quart.session["own"] = quart.session.get("own", 0) + 1
    await quart.flash(f"{quart.session['own']} of Quart's.")
    return {"own": quart.session["own"], "messages": quart.get_flashed_messages(), "user": quart.session.get("user")}


def inside(sessions: Middleware) -> ASGIApp:
    """In Quart's way. The lifespan goes through, so the store is entered. Quart's session is off without a secret."""
    app = Quart(__name__)
    app.register_blueprint(pages)
    factory, args, kwargs = sessions
    app.asgi_app = factory(app.asgi_app, *args, **kwargs)  # type: ignore[method-assign]
    return app


def around(sessions: Middleware) -> ASGIApp:
    """Around Quart, as around any application; the store is entered as well."""
    app = Quart(__name__)
    app.register_blueprint(pages)
    factory, args, kwargs = sessions
    wrapped: ASGIApp = factory(app, *args, **kwargs)
    return wrapped


def beside(sessions: Middleware) -> ASGIApp:
    """Both, for who needs both: the cookies must have different names, or each undoes the other."""
    app = Quart(__name__)
    app.secret_key = "a secret of Quart's"
    app.register_blueprint(pages)
    factory, args, kwargs = sessions
    app.asgi_app = factory(app.asgi_app, *args, **kwargs, session_cookie="sid")  # type: ignore[method-assign]
    return app


class OurSessions(SessionInterface):
    """Makes `quart.session` ours, for extensions and `quart.flash` too; the middleware keeps it."""

    async def open_session(self, app: Quart, request: Any) -> SessionMixin:
        return cast(SessionMixin, get_session(request.scope))

    async def save_session(self, *args: Any) -> None:
        pass


def as_its_own(sessions: Middleware) -> ASGIApp:
    """One session under both names."""
    app = Quart(__name__)
    app.session_interface = OurSessions()  # type: ignore[assignment]
    app.register_blueprint(pages)
    factory, args, kwargs = sessions
    app.asgi_app = factory(app.asgi_app, *args, **kwargs)  # type: ignore[method-assign]
    return app


WAYS = {"inside": inside, "around": around, "beside": beside, "as-its-own": as_its_own}

app = inside(sessions)
