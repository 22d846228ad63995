"""Files to download in whole or in part, and a note that two people may edit without losing each other's words.

    FILES=directory uvicorn files:app

Every name below the directory is one of a fixed list here, so no path comes from a client; `StaticFiles` is for whole
directories. Files answer ranges and conditional requests by themselves. The note does it by two lines. The export is
made for one client, and removed when it has been sent.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from anyio import to_thread

from asgi_http import (
    ConditionalMiddleware,
    FileResponse,
    PlainTextResponse,
    Request,
    Response,
    check_preconditions,
    request_response,
)

DIRECTORY = Path(os.environ.get("FILES", Path(__file__).parent))
NAMES = ("small.txt", "large.bin", "empty.txt")

MAX_NOTE = 10_000


class Note:
    """A text with a version, by which a client says what it has seen."""

    def __init__(self) -> None:
        self.text = "Nothing yet."
        self.version = 1

    @property
    def etag(self) -> str:
        return f"note-{self.version}"


note = Note()


async def answer(request: Request) -> Response:
    name = request.url.path.removeprefix("/")
    if name in NAMES:
        return FileResponse(DIRECTORY / name)
    if name == "download":
        return FileResponse(DIRECTORY / "small.txt", filename="Größe & Maß.txt")
    if name == "export":
        return await answer_export()
    if name == "note":
        return await answer_note(request)
    if name == "time":
        return PlainTextResponse("The same every time.")  # the middleware gives it an entity tag
    return PlainTextResponse("There is no such file.", 404)


def export() -> Path:
    """Write a file that nobody else has."""
    with NamedTemporaryFile("w", suffix=".export", dir=DIRECTORY, delete=False) as file:
        file.writelines(f"{number}\n" for number in range(100_000))
    return Path(file.name)


async def answer_export() -> FileResponse:
    path = await to_thread.run_sync(export)

    async def remove() -> None:
        await to_thread.run_sync(path.unlink)

    # Remove it there and nowhere else: without background work, a server may open the file after everything else.
    return FileResponse(path, filename="export.txt", background=remove)


async def answer_note(request: Request) -> Response:
    # Before a version is read, and before one is written: afterwards it would be too late.
    refusal = check_preconditions(request, etag=note.etag)
    if refusal is not None:
        return refusal
    if request.method == "PUT":
        body = await request.body()
        if len(body) > MAX_NOTE:
            return PlainTextResponse("That is too long for a note.", 413)
        note.text = body.decode("utf-8", "replace")
        note.version += 1
    return PlainTextResponse(note.text, headers={"etag": f'"{note.etag}"'})


app = ConditionalMiddleware(request_response(answer))
