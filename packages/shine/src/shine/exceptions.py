"""Exceptions that stand for an answer."""

from asgi_types import HTTPException as HTTPException
from asgi_types import WebSocketException as WebSocketException

__all__ = ("HTTPException", "WebSocketException")
