"""Uploads in a Quart application: Quart reads its own forms, and the bare application around it takes the large ones.

UPLOADS=directory uvicorn quart_uploads:app

GET /        Quart's own
    /bare/   the bare application
"""

from typing import Any

from quart import Quart
from uploads import app as bare

app = Quart(__name__)


@app.get("/")
async def home() -> str:
    return '<a href="/bare/">Uploads</a>'


class Around:
    """Hands on what is below a prefix, and leaves everything else to the application inside."""

    def __init__(self, prefix: str, mounted: Any, inside: Any) -> None:
        self.prefix = prefix
        self.mounted = mounted
        self.inside = inside

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{self.prefix}/"):
            scope = {**scope, "root_path": scope.get("root_path", "") + self.prefix}
            await self.mounted(scope, receive, send)
        else:
            await self.inside(scope, receive, send)


app.asgi_app = Around("/bare", bare, app.asgi_app)  # type: ignore[method-assign]
