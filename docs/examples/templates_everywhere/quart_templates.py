"""Templates in Quart, with its own environment: its folders, its globals and its ``url_for``.

uvicorn templates_everywhere:app          below /quart, with /items and /text of `fastapi_templates`
"""

import items
from quart import Quart, Response, request
from werkzeug.datastructures import Headers

import asgi_types
from asgi_templates import Jinja2Templates

app = Quart(__name__)
templates = Jinja2Templates(env=app.jinja_env)


def answer(response: asgi_types.Response) -> Response:
    """A response of ours as one of Quart's."""
    return Response(response.body, response.status_code, Headers(response.headers.items()))


@app.get("/items", endpoint="items")
async def page() -> Response:
    owner = request.args.get("owner", "nobody")
    return answer(await templates.respond(request, "items.html", items.here(owner), fragment="rows"))


@app.get("/text")
async def text() -> str:
    return await templates.render(request, "items.html", items.here(request.args.get("owner", "nobody")))
