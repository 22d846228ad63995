"""Exceptions that stand for an answer, and the warning of what is deprecated."""

from asgi_types import HTTPException as HTTPException
from asgi_types import WebSocketException as WebSocketException

from ._deprecation import StarletteDeprecationWarning as StarletteDeprecationWarning

__all__ = ("HTTPException", "StarletteDeprecationWarning", "WebSocketException")
