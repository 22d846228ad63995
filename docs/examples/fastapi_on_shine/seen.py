"""The application, behind a path that tells which files its process has loaded: is Starlette among them?"""

import sys
from typing import Any

from fastapi_on_shine import app as shop


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope.get("path") != "/loaded":
        await shop(scope, receive, send)
        return
    files = sorted({getattr(module, "__file__", None) or "" for module in list(sys.modules.values())})
    real = "\n".join(file for file in files if "/starlette/" in file)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": real.encode()})
