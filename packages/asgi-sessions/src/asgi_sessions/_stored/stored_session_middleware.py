"""Gives every connection its session from a store, and saves there what was changed."""

from __future__ import annotations

from asgi_types import ASGIApp, HTTPException, Receive, SameSite, Scope, Send, refuse
from asgi_types.lifespan import lifespan_within

from .._placed_session import enter_session, leave_session
from .._session_age import DEFAULT_AGE
from .._session_cookie import SessionCookie
from .._session_id import is_id
from .saved_response import SavedResponse
from .session_store import SessionStore, check_store
from .session_store_unavailable import SessionStoreUnavailable
from .stored_session import StoredSession


class StoredSessionMiddleware:
    """Put a `Session` in ``scope["session"]`` that is kept by ``store``; the client has its id alone, in a cookie.

    ``store`` is a `SQLiteSessionStore`, ``asgi_sessions.redis.RedisSessionStore``, `MemorySessionStore` or any other
    `SessionStore`. It is entered around the lifespan of the application. A session lasts ``max_age`` seconds after it
    was last changed, 14 days by default; with None its cookie lasts until the browser is closed, and the store keeps
    it 14 days. With ``rolling`` it lasts as long after it was last looked at, which is written when a tenth of that has
    passed. After ``max_lifetime`` seconds it ends in any case, if that is given. It counts from when the session began
    or `Session.regenerate` was called.

    The cookie is named ``session_cookie``, is never shown to scripts, and has the ``path``, ``domain``, ``same_site``,
    ``https_only`` (``Secure``; None, the default, where the connection is) and ``partitioned`` of RFC 6265 section
    4.1.2 and the browsers. In it are 256 random bits, of which the store gets the SHA-256. An id that the store does
    not know is no session, and never becomes one.

    The session is read before the application is called, and saved before its response begins, so that who has the
    response finds the change. Only entries that were added, changed or removed are written: of two requests at the same
    time that change different entries, both are kept, and of the same entry, the one saved later. A session that is
    emptied ends, and what others change in one that has ended is dropped, be it a sign-in by `Session.regenerate`,
    which is logged. What is changed after the response has begun is saved when the application returns, but not if it
    raises; a session cannot begin then. `Session.invalidate` counts even if the application raises or is cancelled.

    While the store cannot be reached, the client gets a 503: before the application is called, or in place of its
    response. Where the response has begun, what is lost is logged. Inside of another one that sets a cookie of this
    name it hands the connection on: the outer keeps the session of both. Inside of a `SessionMiddleware` that does, it
    is a `RuntimeError`.

    Raises `TypeError` for what is no store, `ValueError` for a cookie that browsers would refuse for its name or
    attributes and for times and sizes of 0 and less, and `AssertionError` for an unknown ``same_site``. Sending the
    response raises `SessionTooLargeError` if the session is larger than ``max_session_size``, 1 MiB of JSON by default,
    `TypeError` if it holds what JSON cannot, and `ValueError` for an entry named ``_session_created``, which is the
    middleware's own. Nothing is saved and sent then, and another response, such as an error page, goes out without the
    cookie.

    >>> import asyncio
    >>> from asgi_sessions import MemorySessionStore
    >>> async def app(scope, receive, send):
    ...     scope["session"]["user"] = "ann"
    ...     await send({"type": "http.response.start", "status": 204})
    >>> async def send(message):
    ...     print([name for name, value in message["headers"]])
    >>> app = StoredSessionMiddleware(app, MemorySessionStore())
    >>> asyncio.run(app({"type": "http", "headers": []}, None, send))
    [b'vary', b'set-cookie', b'cache-control']
    """

    def __init__(
        self,
        app: ASGIApp,
        store: SessionStore,
        *,
        session_cookie: str = "session",
        max_age: int | None = DEFAULT_AGE,
        path: str = "/",
        same_site: SameSite = "lax",
        https_only: bool | None = None,
        domain: str | None = None,
        partitioned: bool = False,
        rolling: bool = False,
        max_lifetime: int | None = None,
        max_session_size: int = 1024 * 1024,
    ) -> None:
        for name, seconds in (("max_age", max_age), ("max_lifetime", max_lifetime)):
            if seconds is not None and seconds <= 0:
                raise ValueError(f"{name} is a number of seconds above 0, or None, not {seconds!r}.")
        if max_session_size <= 0:
            raise ValueError(f"max_session_size is a number of bytes above 0, not {max_session_size!r}.")
        check_store(store)
        self.app = app
        self.store = store
        self.cookie: SessionCookie = SessionCookie(
            session_cookie, path, domain, same_site, https_only=https_only, partitioned=partitioned
        )
        self.max_age = max_age
        self.rolling = rolling
        self.max_lifetime = max_lifetime
        self.max_session_size = max_session_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await lifespan_within(self.store, self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = enter_session(scope, "StoredSessionMiddleware", self.cookie.name)
        if session is None:
            await self.app(scope, receive, send)
            return
        try:
            await self._serve_session(StoredSession(self, session), scope, receive, send)
        finally:
            leave_session(session)

    async def _serve_session(self, kept: StoredSession, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._load(kept, scope)
        if refusal is not None:
            await refuse(scope, receive, send, refusal, in_place=True)
            return
        response = SavedResponse(kept, scope, receive, send)
        try:
            await self.app(scope, receive, response.send)
        except GeneratorExit:  # nothing can be waited for
            raise
        except BaseException as error:  # be it that the request is cancelled
            await response.give_up()
            if not (isinstance(error, Exception) and response.is_end(error)):
                raise
        else:
            await response.finish()
        finally:
            kept.leave()

    async def _load(self, kept: StoredSession, scope: Scope) -> HTTPException | None:
        value = self.cookie.read(scope)
        if value is not None and is_id(value):
            try:
                await kept.load(value)
            except SessionStoreUnavailable as unavailable:
                return unavailable
        return None
