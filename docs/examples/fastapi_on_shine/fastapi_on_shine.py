"""A shop in FastAPI as people write it; nothing here knows of shine.

``uvicorn fastapi_on_shine:app`` runs it on Starlette, and ``SHINE_APP=fastapi_on_shine:app uvicorn
shine.run_as_starlette:app`` on shine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import accounts
import echoes
import forms
import resources
import sockets
import streams
from fastapi import FastAPI, HTTPException, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from layers import EchoMiddleware, SteppingMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route

HERE = Path(__file__).parent
templates = Jinja2Templates(directory=HERE / "templates")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    app.state.started = True
    yield {"currency": "EUR"}
    print("shop closed")


app = FastAPI(title="Shop", version="1.2.3", lifespan=lifespan)


class OutOfStockError(Exception):
    """Nothing is left of it."""


@app.exception_handler(OutOfStockError)
async def out_of_stock(request: Request, exc: OutOfStockError) -> JSONResponse:
    return JSONResponse({"out of stock": str(exc), "path": request.url.path}, status.HTTP_409_CONFLICT)


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError) -> JSONResponse:
    errors = [{"at": list(error["loc"]), "type": error["type"], "message": error["msg"]} for error in exc.errors()]
    return JSONResponse({"invalid": errors, "method": request.method}, status.HTTP_422_UNPROCESSABLE_CONTENT)


@app.exception_handler(404)
async def missing(request: Request, exc: HTTPException) -> JSONResponse:
    return JSONResponse({"missing": request.url.path, "detail": exc.detail}, 404, exc.headers)


@app.exception_handler(Exception)
async def broken(request: Request, exc: Exception) -> PlainTextResponse:
    return PlainTextResponse(f"broken by {type(exc).__name__}", 500)


app.add_middleware(EchoMiddleware, name="x-layer")
app.add_middleware(GZipMiddleware, minimum_size=500)
app.add_middleware(SessionMiddleware, secret_key="not a secret", session_cookie="shop")
app.add_middleware(SteppingMiddleware)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_methods=["GET", "POST"],
    allow_headers=["X-Cart"],
    allow_credentials=True,
    expose_headers=["X-Layer"],
)
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "*.shop.example"])


@app.middleware("http")
async def refuse_robots(request: Request, call_next: Any) -> Response:
    if "robot" in request.headers.get("user-agent", ""):
        return PlainTextResponse("No robots.", 403)
    response: Response = await call_next(request)
    response.headers["x-seen"] = request.method
    return response


for name in resources.NAMES:
    app.include_router(resources.router_of(name))
app.include_router(accounts.router, prefix="/accounts", tags=["accounts"])
app.include_router(echoes.router)
app.include_router(forms.router, prefix="/forms")
app.include_router(sockets.router)
app.include_router(streams.router, prefix="/streams", dependencies=[echoes.Counted])


@app.get("/")
async def home() -> dict[str, str]:
    return {"shop": "open"}


@app.get("/page/{visitor}", response_class=HTMLResponse)
async def page(request: Request, visitor: str) -> Response:
    return templates.TemplateResponse(request, "page.html", {"visitor": visitor})


@app.get("/state")
async def state(request: Request) -> dict[str, Any]:
    return {"started": request.app.state.started, "currency": request.state.currency}


@app.get("/stock/{thing}")
async def stock(thing: str) -> None:
    raise OutOfStockError(thing)


@app.get("/bug")
async def bug() -> None:
    raise LookupError("a bug")


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"plain {request.path_params['number'] + 1}")


app.router.routes.append(Route("/plain/{number:int}", plain, methods=["GET"], name="plain"))

branch = FastAPI(title="Branch", root_path_in_servers=False)


@branch.get("/things/{number}")
async def branch_thing(request: Request, number: int) -> dict[str, Any]:
    return {"number": number, "root": request.scope["root_path"], "url": request.url_for("branch_thing", number=1).path}


@branch.exception_handler(404)
async def not_in_the_branch(request: Request, exc: HTTPException) -> JSONResponse:
    return JSONResponse({"branch": "has no such thing"}, 404)


app.mount("/branch", branch, name="branch")
app.mount("/static", StaticFiles(directory=HERE / "static", html=True), name="static")
