"""The notice board: notes as JSON for programs, and as pages and fragments for browsers."""

from pages import pages

from shine import HTTPException, JSONResponse, RedirectResponse, Request, Response, Route
from shine.datastructures import UploadFile
from shine.middleware import Middleware
from shine.middleware.rate_limit import MemoryRateLimitStore, RateLimit, RateLimitMiddleware

# Each client may write so often; all routes count together, as they have one name and one store.
writing = [Middleware(RateLimitMiddleware, RateLimit(100, per=60), store=MemoryRateLimitStore(), name="writing")]


def notes_of(request: Request) -> dict[int, str]:
    """The notes; a server that runs no lifespan, as daphne, leaves the board closed."""
    if "notes" not in request.state:
        raise HTTPException(503, "The board is closed: this server does not run the lifespan.")
    notes: dict[int, str] = request.state.notes
    return notes


def put_up(request: Request, text: str) -> int:
    notes = notes_of(request)
    number = max(notes) + 1
    notes[number] = text
    return number


async def home(request: Request) -> Response:
    return await pages.respond(request, "board.html", {"notes": notes_of(request)})


async def write(request: Request) -> Response:
    """Answers with the list alone where the page's script asks for it, and with the whole page elsewhere."""
    async with request.form() as form:
        text = str(form.get("text", "")).strip()
    if not text:
        raise HTTPException(422, "Write something.")
    put_up(request, text[:200])
    return await pages.respond(request, "board.html", {"notes": notes_of(request)}, fragment="notes")


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
    number = put_up(request, note["text"])
    location = request.url_for("read_note", note_id=number).path
    return JSONResponse({"id": number, **note}, status_code=201, headers={"Location": location})


async def add_file(request: Request) -> Response:
    """A note of what was sent; of the file itself nothing stays."""
    notes_of(request)
    async with request.form(max_files=1, max_file_size=1024 * 1024) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise HTTPException(422, "Choose a file.")
        put_up(request, f"{file.filename}, {file.size} bytes")
    return RedirectResponse(request.url_for("home").path, 303)


routes = [
    Route("/", home),
    Route("/notes/{note_id:int}", read_note),
    Route("/notes", add_note, methods=["POST"], middleware=writing),
    Route("/write", write, methods=["POST"], middleware=writing),
    Route("/files", add_file, methods=["POST"], middleware=writing),
]
