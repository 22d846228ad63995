"""The shop behind a stand-in for a proxy that serves it as /public and tells it nothing of that.

uvicorn behind_proxy:app
"""

from routing import router

from asgi_types import HTTPException, Receive, Scope, Send, refuse

PREFIX = "/public"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        if not scope["path"].startswith(f"{PREFIX}/"):
            await refuse(scope, receive, send, HTTPException(404, "The proxy knows of no such path."))
            return
        scope["path"] = scope["path"].removeprefix(PREFIX)
        scope["raw_path"] = scope["raw_path"].removeprefix(PREFIX.encode())
    await router(scope, receive, send)
