"""Sessions for any ASGI application, kept in a signed cookie."""

from ._session import Session as Session
from ._session_cookie import SessionTooLargeError as SessionTooLargeError
from ._session_middleware import SessionMiddleware as SessionMiddleware

__all__ = ("Session", "SessionMiddleware", "SessionTooLargeError")
