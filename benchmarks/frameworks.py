"""The same two routes in every framework that is compared: one plain text answer, and 100 parameterised routes.

Each builder returns an ASGI application that answers ``GET /plain`` with ``Hello, world!`` as text/plain and
``GET /r0/{id}`` to ``GET /r99/{id}`` with the parameter as text/plain. They import their framework when called, so a
peer that is not installed costs only its own column.
"""

from collections.abc import Callable
from typing import Any

TEXT = "Hello, world!"
ROUTES = 100


def bare() -> Any:
    """No framework: the floor that the server protocol itself sets."""
    headers = [(b"content-length", b"13"), (b"content-type", b"text/plain; charset=utf-8")]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEXT.encode()})

    return app


def shine() -> Any:
    from shine import PlainTextResponse, Request, Route, Shine

    async def plain(request: Request) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    async def item(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.path_params["id"])

    return Shine(routes=[Route("/plain", plain), *(Route(f"/r{n}/{{id}}", item) for n in range(ROUTES))])


def starlette() -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def plain(request: Request) -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    async def item(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.path_params["id"])

    return Starlette(routes=[Route("/plain", plain), *(Route(f"/r{n}/{{id}}", item) for n in range(ROUTES))])


def blacksheep() -> Any:
    from blacksheep import Application, Request, Response, text

    app = Application()

    async def plain(request: Request) -> Response:
        return text(TEXT)

    async def item(request: Request) -> Response:
        return text(request.route_values["id"])

    app.router.add_get("/plain", plain)
    for n in range(ROUTES):
        app.router.add_get(f"/r{n}/{{id}}", item)
    return app


def falcon() -> Any:
    from falcon import MEDIA_TEXT
    from falcon.asgi import App, Request, Response

    class Plain:
        async def on_get(self, req: Request, resp: Response) -> None:
            resp.content_type = MEDIA_TEXT
            resp.text = TEXT

    class Item:
        async def on_get(self, req: Request, resp: Response, id: str) -> None:  # noqa: A002 - the name of the parameter
            resp.content_type = MEDIA_TEXT
            resp.text = id

    app = App()
    app.add_route("/plain", Plain())
    for n in range(ROUTES):
        app.add_route(f"/r{n}/{{id}}", Item())
    return app


BUILDERS: dict[str, Callable[[], Any]] = {
    "bare ASGI": bare,
    "shine": shine,
    "starlette": starlette,
    "blacksheep": blacksheep,
    "falcon": falcon,
}
