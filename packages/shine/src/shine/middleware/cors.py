"""What pages of other origins may read."""

from asgi_middleware import ALL_METHODS as ALL_METHODS
from asgi_middleware import SAFELISTED_HEADERS as SAFELISTED_HEADERS
from asgi_middleware import CORSMiddleware as CORSMiddleware

__all__ = ("ALL_METHODS", "SAFELISTED_HEADERS", "CORSMiddleware")
