"""Signed-cookie sessions."""

from asgi_sessions import Session as Session
from asgi_sessions import SessionMiddleware as SessionMiddleware

__all__ = ("Session", "SessionMiddleware")
