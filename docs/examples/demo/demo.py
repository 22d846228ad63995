"""The demo: a notice board that shows the main path, from the lifespan's state to the error page.

uvicorn demo:app                 answers errors with a plain 500
DEMO_DEBUG=1 uvicorn demo:app    shows tracebacks

The chat is in `chat_room`, and may have its rooms in a Redis.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from typing import Any

import chat_room

from shine import (
    HTMLResponse,
    HTTPException,
    JSONResponse,
    RedirectResponse,
    Request,
    Response,
    Route,
    Shine,
)
from shine.datastructures import UploadFile
from shine.events import SHUTDOWN, watch_shutdown
from shine.middleware import Middleware
from shine.middleware.csrf import CSRFMiddleware
from shine.middleware.gzip import GZipMiddleware
from shine.middleware.rate_limit import MemoryRateLimitStore, RateLimit, RateLimitMiddleware
from shine.middleware.request_id import RequestIDMiddleware
from shine.middleware.security import SecurityHeadersMiddleware

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }}</style>
</head>
<body>
<h1>{title}</h1>
{content}
</body>
</html>
"""


UPLOAD = """<form action="{action}" method="post" enctype="multipart/form-data">
<p><label>File <input name="file" type="file"></label> <button>Put it on the board</button></p>
</form>
"""


middleware = [
    Middleware(RequestIDMiddleware),
    Middleware(SecurityHeadersMiddleware),
    Middleware(CSRFMiddleware),
    Middleware(GZipMiddleware),
]

# Each client may write so often; both routes count together, as they have one name and one store.
writing = [Middleware(RateLimitMiddleware, RateLimit(100, per=60), store=MemoryRateLimitStore(), name="writing")]


@asynccontextmanager
async def lifespan(app: Shine) -> AsyncIterator[dict[str, Any]]:
    """What it yields is the state that every request starts with."""
    async with watch_shutdown() as shutdown, chat_room.rooms:
        yield {"notes": {1: "Welcome to the board."}, SHUTDOWN: shutdown}


def notes_of(request: Request) -> dict[int, str]:
    """The notes; a server that runs no lifespan, as daphne, leaves the board closed."""
    if "notes" not in request.state:
        raise HTTPException(503, "The board is closed: this server does not run the lifespan.")
    notes: dict[int, str] = request.state.notes
    return notes


async def home(request: Request) -> Response:
    links = "".join(
        f'<li><a href="{request.url_for("read_note", note_id=number).path}">{escape(text)}</a></li>'
        for number, text in notes_of(request).items()
    )
    form = UPLOAD.format(action=request.url_for("add_file").path)
    chat = f'<p><a href="{request.url_for("chat").path}">Chat</a></p>'
    return HTMLResponse(PAGE.format(title="Notice board", content=f"<ul>{links}</ul>{form}{chat}"))


async def read_note(request: Request) -> Response:
    number = request.path_params["note_id"]
    notes = notes_of(request)
    if number not in notes:
        raise HTTPException(404, f"There is no note {number}.")
    return JSONResponse({"id": number, "text": notes[number]})


async def add_note(request: Request) -> Response:
    note = await request.json()
    if not isinstance(note, dict) or not isinstance(note.get("text"), str):
        raise HTTPException(422, 'Send an object with a "text".')
    notes = notes_of(request)
    number = max(notes) + 1
    notes[number] = note["text"]
    location = request.url_for("read_note", note_id=number).path
    return JSONResponse({"id": number, **note}, status_code=201, headers={"Location": location})


async def add_file(request: Request) -> Response:
    """A note of what was sent; of the file itself nothing stays."""
    notes = notes_of(request)
    async with request.form(max_files=1, max_file_size=1024 * 1024) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise HTTPException(422, "Choose a file.")
        notes[max(notes) + 1] = f"{file.filename}, {file.size} bytes"
    return RedirectResponse(request.url_for("home").path, 303)


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json())


async def moved(request: Request) -> Response:
    return RedirectResponse(request.url_for("home").path)


async def broken(request: Request) -> Response:
    raise RuntimeError("This page is always broken.")


async def error_page(request: Request, error: HTTPException) -> Response:
    """Errors as a page for browsers, and as JSON for programs."""
    if "text/html" in request.headers.get("accept", ""):
        page = PAGE.format(title=error.status_code, content=f'<p>{escape(error.detail)}</p><p><a href="/">Home</a></p>')
        return HTMLResponse(page, error.status_code, error.headers)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


app = Shine(
    debug=os.environ.get("DEMO_DEBUG") == "1",
    routes=[
        Route("/", home),
        Route("/notes/{note_id:int}", read_note),
        Route("/notes", add_note, methods=["POST"], middleware=writing),
        Route("/files", add_file, methods=["POST"], middleware=writing),
        Route("/echo", echo, methods=["POST"]),
        Route("/old", moved),
        Route("/broken", broken),
        *chat_room.routes,
    ],
    middleware=middleware,
    exception_handlers={HTTPException: error_page},
    lifespan=lifespan,
)
