"""From http to https."""

from asgi_middleware import HTTPSRedirectMiddleware as HTTPSRedirectMiddleware
from asgi_types import lazy_names as _lazy_names

__all__ = ("HTTPSRedirectMiddleware",)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "PlainTextResponse": "shine.responses",
        "RedirectResponse": "shine.responses",
        "URL": "shine.datastructures",
    },
)
