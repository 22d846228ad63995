"""Two origins: an API that the pages of one other origin may use, with cookies, and that foreign pages cannot.

FRONTEND=http://localhost:8001 uvicorn origins:api --port 8000
API=http://127.0.0.1:8000 uvicorn origins:pages --port 8001

http://localhost:8001 is the frontend, and shows the notes; for the API http://127.0.0.1:8001 is a foreign origin with
the same page. http://127.0.0.1:8000 is the API's own page, where you sign in and write a note.
"""

from __future__ import annotations

import os

from asgi_http import HTMLResponse, JSONResponse, RedirectResponse, Request, Response, request_response
from asgi_middleware import CORSMiddleware, CSRFMiddleware, ExceptionMiddleware, ServerErrorMiddleware, where
from asgi_types import ASGIApp, HTTPException, Receive, Scope, Send

API = os.environ.get("API", "http://127.0.0.1:8000")
FRONTEND = os.environ.get("FRONTEND", "http://localhost:8001")

notes: list[str] = []

OWN_PAGE = """<!doctype html><html lang="en"><title>Notes</title>
<form action="/sign-in" method="post"><button id="sign-in">Sign in</button></form>
<form action="/notes" method="post"><input name="note" value="honest"><button id="write">Write</button></form>
"""

OTHER_PAGE = f"""<!doctype html><html lang="en"><title>Notes of {API}</title><p id="notes">...</p>
<script>
fetch("{API}/notes", {{credentials: "include"}})
  .then(async answer => notes.textContent = answer.headers.get("x-total") + " notes: " + await answer.text())
  .catch(error => notes.textContent = error)
</script>
"""


@request_response
async def own_page(request: Request) -> Response:
    return HTMLResponse(OWN_PAGE)


@request_response
async def sign_in(request: Request) -> Response:
    response = RedirectResponse("/", 303)
    # Sent with requests from other sites, too: the worst case, and what a frontend on another site needs.
    response.set_cookie("user", "zoe", samesite="none", secure=True, httponly=True)
    return response


@request_response
async def note_list(request: Request) -> Response:
    """All notes; each POST and PUT adds its body, whatever that is."""
    if request.method != "GET":
        notes.append((await request.body()).decode())
    listed = {"user": request.cookies.get("user"), "notes": notes}
    return JSONResponse(listed, headers={"x-total": str(len(notes)), "x-secret": "not exposed"})


@request_response
async def busy(request: Request) -> Response:
    raise HTTPException(429, "Later, please.", {"retry-after": "60"})


@request_response
async def broken(request: Request) -> Response:
    raise RuntimeError("This goes to the log.")


ROUTES = {"/": own_page, "/sign-in": sign_in, "/notes": note_list, "/busy": busy, "/broken": broken}


async def routes(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] not in ROUTES:
        raise HTTPException(404)
    await ROUTES[scope["path"]](scope, receive, send)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":  # there is nothing to start or stop
        await answered(scope, receive, send)


# Errors are answered inside, so that they can be read too. CORS is around CSRF: a refusal can be read by the frontend.
answered: ASGIApp = ExceptionMiddleware(routes, server_errors=ServerErrorMiddleware(routes))
protected = CSRFMiddleware(application, trusted_origins=[FRONTEND])
api = where(CORSMiddleware, skip="/sign-in")(
    protected,
    allow_origins=[FRONTEND],
    allow_methods=["GET", "PUT"],
    allow_headers=["X-Token"],
    allow_credentials=True,
    expose_headers=["X-Total", "Retry-After"],
)


@request_response
async def other_page(request: Request) -> Response:
    return HTMLResponse(OTHER_PAGE)


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await other_page(scope, receive, send)
