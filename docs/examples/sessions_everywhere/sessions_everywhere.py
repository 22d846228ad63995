"""Sessions around applications of FastAPI, Litestar, Quart and Starlette, in each way there is and kept in each way.

uvicorn sessions_everywhere:app

``/quart/around/sqlite/who`` is the page `who` of Quart's application, with the middleware around it and sessions in a
file. The router runs the lifespans of all of them.
"""

import fastapi_sessions
import litestar_sessions
import quart_sessions
import starlette_sessions
from keeping import keepings

from asgi_routing import Mount, Router

FRAMEWORKS = {
    "fastapi": fastapi_sessions.WAYS,
    "litestar": litestar_sessions.WAYS,
    "quart": quart_sessions.WAYS,
    "starlette": starlette_sessions.WAYS,
}

app = Router(
    [
        Mount(f"/{framework}/{way}/{kind}", make(sessions))
        for framework, ways in FRAMEWORKS.items()
        for way, make in ways.items()
        for kind, sessions in keepings().items()
    ]
)
