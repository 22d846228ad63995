"""Sessions, in a signed cookie or kept by a store."""

from asgi_sessions import FlashMessage as FlashMessage
from asgi_sessions import MemorySessionStore as MemorySessionStore
from asgi_sessions import Session as Session
from asgi_sessions import SessionMiddleware as SessionMiddleware
from asgi_sessions import SessionRecord as SessionRecord
from asgi_sessions import SessionStore as SessionStore
from asgi_sessions import SessionStoreUnavailable as SessionStoreUnavailable
from asgi_sessions import SessionTooLargeError as SessionTooLargeError
from asgi_sessions import SQLiteSessionStore as SQLiteSessionStore
from asgi_sessions import StoredSessionMiddleware as StoredSessionMiddleware
from asgi_sessions import TypedSession as TypedSession
from asgi_sessions import get_session as get_session
from asgi_types import lazy_names as _lazy_names

__all__ = (
    "FlashMessage",
    "MemorySessionStore",
    "SQLiteSessionStore",
    "Session",
    "SessionMiddleware",
    "SessionRecord",
    "SessionStore",
    "SessionStoreUnavailable",
    "SessionTooLargeError",
    "StoredSessionMiddleware",
    "TypedSession",
    "get_session",
)

# What Starlette's module has by its imports, and programs take from there.
_lazy_names(
    globals(),
    {
        "HTTPConnection": "shine.requests",
        "MutableHeaders": "shine.datastructures",
        "Secret": "shine.datastructures",
    },
)
