"""The shop in a FastAPI application, below a prefix.

uvicorn fastapi_routing:app

GET /               FastAPI's own, which links to the shop and to itself
GET /guests/{name}  FastAPI's own
    /shop/          the shop, with its lifespan
"""

from fastapi import FastAPI, Request
from routing import router

from asgi_routing import lifespan_of

# FastAPI runs no lifespan of what is mounted in it.
app = FastAPI(lifespan=lifespan_of(router))

# The name keeps url_for working. Through a mount that has none, Starlette looks for every name in the routes of what
# is mounted, and those say no by an exception of asgi_routing, which it does not catch. So it is for "shop:item", too:
# ask for the mount, and let the shop fill in the rest.
app.mount("/shop", router, name="shop")


@app.get("/")
async def home(request: Request) -> dict[str, str]:
    return {
        "guest": str(request.url_for("guest", name="Ada")),
        "item": str(request.url_for("shop", path=router.url_path_for("item", id=7))),
        "tag": str(request.url_for("shop", path=router.url_path_for("tag", tag="CI/CD"))),
    }


@app.get("/guests/{name}")
async def guest(name: str) -> dict[str, str]:
    return {"hello": name}
