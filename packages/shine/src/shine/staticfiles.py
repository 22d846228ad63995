"""Files of a folder or a package."""

import os as _os

from asgi_http import NotModifiedResponse as NotModifiedResponse
from asgi_http import StaticFiles as StaticFiles
from asgi_types import lazy_names as _lazy_names

__all__ = ("NotModifiedResponse", "PathLike", "StaticFiles")

PathLike = str | _os.PathLike[str]

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "FileResponse": "shine.responses",
        "HTTPException": "shine.exceptions",
        "Headers": "shine.datastructures",
        "RedirectResponse": "shine.responses",
        "Response": "shine.responses",
        "URL": "shine.datastructures",
        "WebSocketClose": "shine.websockets",
    },
)
