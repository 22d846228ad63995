"""Files of a folder or a package."""

from asgi_http import NotModifiedResponse as NotModifiedResponse
from asgi_http import StaticFiles as StaticFiles

__all__ = ("NotModifiedResponse", "StaticFiles")
