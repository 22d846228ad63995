"""The outermost layer."""

from typing import Any

import asgi_middleware
from asgi_types import HTTPConnection
from asgi_types import lazy_names as _lazy_names

from .. import requests

__all__ = ("ServerErrorMiddleware",)


class ServerErrorMiddleware(asgi_middleware.ServerErrorMiddleware):
    """An `asgi_middleware.ServerErrorMiddleware` whose handlers get a `Request`."""

    request_class: type[HTTPConnection[Any]] = requests.Request


# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTMLResponse": "shine.responses",
        "PlainTextResponse": "shine.responses",
        "Request": "shine.requests",
        "Response": "shine.responses",
        "run_in_threadpool": "shine.concurrency",
    },
)
