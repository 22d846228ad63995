"""The shop in a Quart application, below a prefix: the router is around Quart, which answers whatever it does not.

uvicorn quart_routing:app

GET /               Quart's own
GET /guests/{name}  Quart's own
    /shop/          the shop, with its lifespan
"""

from collections.abc import AsyncGenerator
from typing import Any

from quart import Quart, url_for
from routing import router

from asgi_routing import Mount, Router, lifespan_of

app = Quart(__name__)


@app.while_serving
async def resource() -> AsyncGenerator[None, None]:
    print("quart opened", flush=True)
    yield
    print("quart closed", flush=True)


@app.get("/")
async def home() -> str:
    return f"{url_for('guest', name='Ada')} /shop{router.url_path_for('item', id=7)}"


@app.get("/guests/<name>")
async def guest(name: str) -> str:
    return f"Hello, {name}!"


# As the default, and not as a Mount("", ...), Quart is asked last: the router then still leads from /shop to /shop/.
# A default's lifespan is not part of the router's, so it is named.
inside: Any = app.asgi_app
around: Any = Router([Mount("/shop", router)], default=inside, lifespan=lifespan_of(inside))
app.asgi_app = around  # type: ignore[method-assign]
