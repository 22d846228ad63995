"""Templates in an application without a framework, and in each of the others at a path of its own.

uvicorn templates_everywhere:app          the pages of `fastapi_templates`, and those of the others below their names
"""

from typing import Any

import fastapi_templates
import items
import litestar_templates
import quart_templates

from asgi_middleware import ContentSecurityPolicy, SecurityHeadersMiddleware
from asgi_routing import Mount, Router
from asgi_templates import Jinja2Templates
from asgi_types import HTTPConnection, Receive, Response, Scope, Send, get_route_path

templates = Jinja2Templates(items.TEMPLATES)
PATHS = {"items": "/items"}
templates.env.globals["url_for"] = PATHS.__getitem__  # there is no router that could tell


async def page(request: HTTPConnection[Any]) -> Response:
    owner = request.query_params.get("owner", "nobody")
    return await templates.respond(request, "items.html", items.here(owner), fragment="rows")


async def text(request: HTTPConnection[Any]) -> Response:
    return Response(await templates.render(request, "items.html", items.here("nobody")), media_type="text/html")


async def stream(request: HTTPConnection[Any]) -> Response:
    return await templates.stream(request, "items.html", items.coming("Ann"))


async def come(request: HTTPConnection[Any]) -> Response:
    items.let_come()
    return Response()


PAGES = {"/items": page, "/text": text, "/stream": stream, "/come": come}


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    make = PAGES.get(get_route_path(scope))
    response = Response("Not Found", 404) if make is None else await make(HTTPConnection(scope))
    await response(scope, receive, send)


everywhere = Router(
    [
        Mount("/fastapi", fastapi_templates.app),
        Mount("/litestar", litestar_templates.app),
        Mount("/quart", quart_templates.app),
        Mount("/", bare, lifespan=False),
    ]
)

# The templates ask for the nonce of their styles, wherever the middleware is.
policy = ContentSecurityPolicy(default_src="'self'", style_src=ContentSecurityPolicy.NONCE)
app = SecurityHeadersMiddleware(everywhere, content_security_policy=policy)
