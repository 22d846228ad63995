"""What pages of other origins may read."""

from asgi_middleware import ALL_METHODS as ALL_METHODS
from asgi_middleware import SAFELISTED_HEADERS as SAFELISTED_HEADERS
from asgi_middleware import CORSMiddleware as CORSMiddleware
from asgi_types import lazy_names as _lazy_names

__all__ = ("ALL_METHODS", "SAFELISTED_HEADERS", "CORSMiddleware")

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "Headers": "shine.datastructures",
        "MutableHeaders": "shine.datastructures",
        "PlainTextResponse": "shine.responses",
        "Response": "shine.responses",
    },
)
