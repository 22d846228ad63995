"""Templates in Litestar, which calls a response of ours that an endpoint returns, if its annotation says so.

uvicorn templates_everywhere:app          below /litestar, with the pages of `fastapi_templates` but /plain
"""

from typing import Any

import items
from litestar import Litestar, MediaType, Request, get, post

from asgi_templates import Jinja2Templates, StreamingTemplateResponse, TemplateResponse

templates = Jinja2Templates(items.TEMPLATES)


@get("/items", name="items")
async def page(request: Request[Any, Any, Any]) -> TemplateResponse:
    owner = request.query_params.get("owner", "nobody")
    return await templates.respond(request, "items.html", items.here(owner), fragment="rows")


@get("/text", media_type=MediaType.HTML)
async def text(request: Request[Any, Any, Any]) -> str:
    return await templates.render(request, "items.html", items.here("nobody"))


@get("/stream")
async def stream(request: Request[Any, Any, Any]) -> StreamingTemplateResponse:
    return await templates.stream(request, "items.html", items.coming("Ann"))


@post("/come", sync_to_thread=False)
def come() -> None:
    items.let_come()


app = Litestar([page, text, stream, come])
