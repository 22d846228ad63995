"""Only requests for one of the application's own hosts."""

from asgi_middleware import ENFORCE_DOMAIN_WILDCARD as ENFORCE_DOMAIN_WILDCARD
from asgi_middleware import TrustedHostMiddleware as TrustedHostMiddleware
from asgi_types import lazy_names as _lazy_names

__all__ = ("ENFORCE_DOMAIN_WILDCARD", "TrustedHostMiddleware")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "Headers": "shine.datastructures",
        "PlainTextResponse": "shine.responses",
        "RedirectResponse": "shine.responses",
        "Response": "shine.responses",
        "URL": "shine.datastructures",
    },
)
