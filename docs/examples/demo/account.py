"""Signing in and out, and drafts that are kept in the session.

DEMO_REDIS=redis://localhost:6379 uvicorn demo:app     sessions in a Redis, for any number of processes
DEMO_SESSIONS=sessions.db uvicorn demo:app             sessions in a file of SQLite, for those of this machine
"""

import os
import secrets
from typing import Any

import anyio
from board import writing
from pages import pages

from shine import HTTPException, RedirectResponse, Request, Response, Route
from shine.middleware import Middleware
from shine.middleware.rate_limit import RateLimit, RateLimitMiddleware
from shine.middleware.sessions import MemorySessionStore, SessionStore, SQLiteSessionStore, StoredSessionMiddleware

PASSWORD = "demo"
DRAFTS = ("letter", "list")
SAVING_TAKES = float(os.environ.get("DEMO_SAVING_TAKES", "0"))  # seconds


def make_store() -> SessionStore:
    """Sessions of this process, of this machine, or of all that use the same Redis."""
    if url := os.environ.get("DEMO_REDIS"):
        from asgi_sessions.redis import RedisSessionStore

        return RedisSessionStore(url, prefix="demo:sessions:")
    if path := os.environ.get("DEMO_SESSIONS"):
        return SQLiteSessionStore(path)
    return MemorySessionStore()


sessions = Middleware(StoredSessionMiddleware, make_store(), rolling=True)


async def sign_in(request: Request) -> Response:
    if request.method != "POST":
        return await pages.respond(request, "sign_in.html")
    async with request.form() as form:
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
    if not name or not secrets.compare_digest(password.encode(), PASSWORD.encode()):
        request.session.flash("The name or the password is wrong.", "error")
        return await pages.respond(request, "sign_in.html", status_code=422)
    request.session.regenerate()  # who knew the id until now does not know it any more
    request.session["user"] = name[:40]
    request.session.flash(f"Welcome, {name[:40]}.")
    return to(request, "home")


async def sign_out(request: Request) -> Response:
    if request.session:  # who has none gets none
        request.session.invalidate()
        request.session.flash("You are signed out.")  # in a session that begins here
    return to(request, "home")


async def drafts(request: Request) -> Response:
    found = {name: request.session.get(f"draft.{name}", "") for name in DRAFTS}
    return await pages.respond(request, "drafts.html", {"drafts": found})


async def save_draft(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in DRAFTS:
        raise HTTPException(404, f"There is no draft {name!r}.")
    async with request.form(max_part_size=10_000) as form:
        text = form.get("text")
    if not isinstance(text, str) or len(text) > 2000:
        raise HTTPException(422, "Send a text of at most 2000 characters.")
    await anyio.sleep(SAVING_TAKES)  # while which others save: their entries are kept as well
    request.session[f"draft.{name}"] = text
    return to(request, "drafts")


def to(request: Request, name: str, **parameters: Any) -> Response:
    return RedirectResponse(request.url_for(name, **parameters).path, 303)


# Who guesses passwords does not get far.
guessing = [Middleware(RateLimitMiddleware, RateLimit(30, per=60), name="sign in")]

routes = [
    Route("/sign-in", sign_in, methods=["GET", "POST"], middleware=guessing),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/drafts", drafts),
    Route("/drafts/{name}", save_draft, methods=["POST"], middleware=writing),
]
