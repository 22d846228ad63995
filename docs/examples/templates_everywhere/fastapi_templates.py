"""Templates in FastAPI, which sends what is a response of its own, and takes all else for data.

uvicorn templates_everywhere:app          below /fastapi

GET /items?owner=Ann   the page, or its rows where htmx asks for them
GET /plain             the same without FastAPI's parameters
GET /text              the same as text in a response of FastAPI's
GET /stream            a page whose second row comes after POST /come
"""

from typing import Annotated, Any

import items
from fastapi import BackgroundTasks, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.routing import Route

import asgi_types
from asgi_templates import Jinja2Templates

templates = Jinja2Templates(items.TEMPLATES, response_base=Response)
app = FastAPI()


@app.get("/items", name="items", response_class=HTMLResponse)
async def page(request: Request, owner: Annotated[str, Query(max_length=20)] = "nobody") -> Any:
    return await templates.respond(request, "items.html", items.here(owner), fragment="rows")


@app.get("/text", response_class=HTMLResponse)
async def text(request: Request, owner: str = "nobody") -> str:
    return await templates.render(request, "items.html", items.here(owner))


@app.get("/stream", response_class=HTMLResponse)
async def stream(request: Request, tasks: BackgroundTasks) -> Any:
    tasks.add_task(print, "The page was sent.", flush=True)
    return await templates.stream(request, "items.html", items.coming("Ann"))


@app.post("/come")
def come() -> None:
    items.let_come()


# A route of Starlette's calls whatever its function gives it, but has none of FastAPI's parameters.


async def plain(request: Request) -> asgi_types.Response:
    owner = request.query_params.get("owner", "nobody")
    return await templates.respond(request, "items.html", items.here(owner), fragment="rows")


app.router.routes.append(Route("/plain", plain))
