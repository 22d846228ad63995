"""Responses in gzip."""

from asgi_middleware import DEFAULT_EXCLUDED_CONTENT_TYPES as DEFAULT_EXCLUDED_CONTENT_TYPES
from asgi_middleware import GZipMiddleware as GZipMiddleware
from asgi_types import lazy_names as _lazy_names

from ._gzip_responders import GZipResponder as GZipResponder
from ._gzip_responders import IdentityResponder as IdentityResponder
from ._gzip_responders import unattached_send as unattached_send

__all__ = (
    "DEFAULT_EXCLUDED_CONTENT_TYPES",
    "GZipMiddleware",
    "GZipResponder",
    "IdentityResponder",
    "unattached_send",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(globals(), {"Headers": "shine.datastructures", "MutableHeaders": "shine.datastructures"})
