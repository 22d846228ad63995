"""A shop that is all routes: asgi-routing alone, without a framework and without an error layer around it.

uvicorn routing:router

GET  /                     what there is to ask, as links
GET  /items/7              an item; PUT renames it; /items/24 is the season's own, GET only
GET  /items/7/m            the item in one of three sizes
GET  /days/2026-02-28      what is open that day
GET  /stock/AB42           how many there are of it, from the state of the lifespan
GET  /tags/CI%2FCD         a tag that has a slash in its name
POST /orders               takes up to 1000 bytes, read by an ASGI application
GET  /admin/items/7        behind a key, which is asked for on the whole mount
GET  /slow                 a function that is not async, in a thread
GET  /                     with the host acme.shop.example: the shop of one customer
     /chat/lobby           a WebSocket
"""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from urllib.parse import quote

from asgi_routing import Host, Mount, Route, Router
from asgi_types import ASGIApp, Headers, HTTPConnection, HTTPException, Message, Receive, Response, Scope, Send, refuse


def text(content: str, status_code: int = 200) -> Response:
    return Response(content, status_code, media_type="text/plain")


# Middleware of a route or of a mount is any ASGI middleware: a class, its arguments and its keywords.


class NeverStored:
    """Forbids caches to keep what the application answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"cache-control", b"no-store")]
            await send(message)

        await self.app(scope, receive, send_unstored)


class KeyRequired:
    """Refuses whoever has not the key."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if Headers(scope=scope).get("x-key") == self.key:
            await self.app(scope, receive, send)
        else:
            await refuse(scope, receive, send, HTTPException(403))


# What is mounted


async def show_admin_item(connection: HTTPConnection) -> Response:
    return text(f"Item {connection.path_params['id']}, as the admin sees it.")


async def show_customer(connection: HTTPConnection) -> Response:
    return text(f"The shop of {connection.path_params['customer']}.")


async def show_season(connection: HTTPConnection) -> Response:
    return text("The item of the season.")


season = Router([Route("/24", show_season)], redirect_slashes=308)

# The table


@asynccontextmanager
async def lifespan(app: Any) -> AsyncGenerator[dict[str, Any]]:
    print("shop opened", flush=True)
    yield {"stock": {"AB42": 3}}
    print("shop closed", flush=True)


router = Router(
    [
        # Asked first. The names of what is mounted are customer:home, admin:item and show_season.
        Host("{customer}.shop.example", Router([Route("/", show_customer, name="home")]), name="customer"),
        # What the season does not answer, by its path or its method, goes on to the routes below.
        Mount("/items", season, fall_through=True),
        Mount(
            "/admin",
            routes=[Route("/items/{id:int}", show_admin_item, name="item")],
            name="admin",
            middleware=[(KeyRequired, (), {"key": "sesame"})],
        ),
    ],
    redirect_slashes=308,  # which caches may keep
    lifespan=lifespan,
    automatic_options=True,
    raw_path=True,
)


def link(connection: HTTPConnection, name: str, /, **path_params: Any) -> str:
    """The URL of a route of the shop, for functions that are not below a mount of the shop's own.

    ``connection.url_for`` would ask the outermost router, which is another one where the shop is itself mounted.
    """
    base_url = connection.base_url.replace(path=quote(connection.get("root_path", "")) + "/")
    return str(router.url_path_for(name, **path_params).make_absolute_url(base_url))


@router.get("/", name="home")
async def show_home(connection: HTTPConnection) -> Response:
    links = [
        link(connection, "item", id=7),
        link(connection, "size", id=7, size="m"),
        link(connection, "day", day=date(2026, 2, 28)),
        link(connection, "tag", tag="CI/CD"),
        link(connection, "chat", room="lobby"),
        link(connection, "admin:item", id=7),
        link(connection, "show_season"),
        link(connection, "customer:home", customer="acme"),
    ]
    return text("\n".join(links))


@router.get("/items/{id:int(min=1)}", name="item")
async def show_item(connection: HTTPConnection) -> Response:
    return text(f"Item {connection.path_params['id']}.")


@router.put("/items/{id:int(min=1)}")
async def rename_item(connection: HTTPConnection) -> Response:
    return text(f"Item {connection.path_params['id']} is called {connection.query_params.get('name', 'nothing')} now.")


@router.get("/items/{id:int(min=1)}/{size:enum(s,m,l)}", name="size")
async def show_size(connection: HTTPConnection) -> Response:
    return text(f"Item {connection.path_params['id']} in {connection.path_params['size']}.")


@router.get("/days/{day:date}", name="day")
async def show_day(connection: HTTPConnection) -> Response:
    day: date = connection.path_params["day"]
    return text(f"{day:%A}: {'closed' if day.weekday() == 6 else 'open'}.")


@router.get("/stock/{sku:regex([A-Z]{2}[0-9]+)}")
async def show_stock(connection: HTTPConnection) -> Response:
    sku = connection.path_params["sku"]
    if sku not in connection.state.stock:
        raise HTTPException(404, f"There is no {sku}.")
    return text(f"{connection.state.stock[sku]} of {sku}.")


@router.get("/tags/{tag:segment}", name="tag")
async def show_tag(connection: HTTPConnection) -> Response:
    return text(f"All that is tagged {connection.path_params['tag']}.")


@router.get("/slow")
def show_slowly(connection: HTTPConnection) -> Response:
    time.sleep(0.01)
    return text("Done.")


# A function of three arguments is an ASGI application. The view that the others get has no body to read.


@router.post("/orders", max_body_size=1000, middleware=[(NeverStored, (), {})])
async def take_order(scope: Scope, receive: Receive, send: Send) -> None:
    size = 0
    more = True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await text(f"An order of {size} bytes.", 201)(scope, receive, send)


@router.websocket("/chat/{room}")
async def chat(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{scope['path_params']['room']}: {message.get('text')}"})
