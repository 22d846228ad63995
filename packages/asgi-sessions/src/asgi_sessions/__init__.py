"""Sessions for any ASGI application: in a signed or encrypted cookie, or kept by a store.

Each name is loaded with its module when it is first asked for, so that a program pays for what it uses. What needs
another library is a module of its own, with an extra of that name: `asgi_sessions.redis` and `asgi_sessions.encrypted`.
"""

from typing import TYPE_CHECKING

from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from ._cookies.session_middleware import SessionMiddleware as SessionMiddleware
    from ._flash_message import FlashMessage as FlashMessage
    from ._get_session import get_session as get_session
    from ._session import Session as Session
    from ._session_too_large import SessionTooLargeError as SessionTooLargeError
    from ._stored.memory_session_store import MemorySessionStore as MemorySessionStore
    from ._stored.session_store import SessionRecord as SessionRecord
    from ._stored.session_store import SessionStore as SessionStore
    from ._stored.session_store_unavailable import SessionStoreUnavailable as SessionStoreUnavailable
    from ._stored.sqlite_session_store import SQLiteSessionStore as SQLiteSessionStore
    from ._stored.stored_session_middleware import StoredSessionMiddleware as StoredSessionMiddleware
    from ._typed_session import TypedSession as TypedSession

_HOMES = {
    "FlashMessage": "._flash_message",
    "MemorySessionStore": "._stored.memory_session_store",
    "SQLiteSessionStore": "._stored.sqlite_session_store",
    "Session": "._session",
    "SessionMiddleware": "._cookies.session_middleware",
    "SessionRecord": "._stored.session_store",
    "SessionStore": "._stored.session_store",
    "SessionStoreUnavailable": "._stored.session_store_unavailable",
    "SessionTooLargeError": "._session_too_large",
    "StoredSessionMiddleware": "._stored.stored_session_middleware",
    "TypedSession": "._typed_session",
    "get_session": "._get_session",
}

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

_lazy_names(globals(), _HOMES)
