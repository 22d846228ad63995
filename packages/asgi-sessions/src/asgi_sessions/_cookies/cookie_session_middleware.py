"""What sessions in cookies have in common, be they signed or encrypted: when they are read, and when they are set."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence

from asgi_types import START_MESSAGES, ASGIApp, Message, Receive, SameSite, Scope, Send

from .._late_use import end_watch, warn_of_late_change, watch_for_late_look
from .._placed_session import enter_session, leave_session, placed_session
from .._session import Session
from .._session_age import DEFAULT_AGE
from .._session_cookie import SessionCookie, start_with_cookie
from .cookie_session import CookieSession
from .sealed_session import SealedSession
from .secret_keys import secret_keys


class CookieSessionMiddleware(ABC):
    """Keeps sessions in cookies; see `SessionMiddleware` for all of it but how they are sealed."""

    # What a subclass has that leaves our ``__init__`` out, or sets something before it.
    cookie: SessionCookie = SessionCookie("session", "/", None, "lax", https_only=False, partitioned=False)
    max_age: int | None = DEFAULT_AGE
    rolling: bool = False
    max_lifetime: int | None = None
    max_cookie_size: int = 4096
    _kind: str
    _shortest_key: int = 1

    def __init__(
        self,
        app: ASGIApp,
        secret_key: object | Sequence[object],
        session_cookie: str = "session",
        max_age: int | None = DEFAULT_AGE,
        path: str = "/",
        same_site: SameSite = "lax",
        https_only: bool | None = False,
        domain: str | None = None,
        partitioned: bool = False,
        *,
        rolling: bool = False,
        max_lifetime: int | None = None,
        max_cookie_size: int | None = None,
    ) -> None:
        _check_number("max_age", max_age, "seconds")
        _check_number("max_lifetime", max_lifetime, "seconds", above=0)
        _check_number("max_cookie_size", max_cookie_size, "bytes", above=0)
        self.app = app
        self.cookie = SessionCookie(
            session_cookie, path, domain, same_site, https_only=https_only, partitioned=partitioned
        )
        self.max_age = max_age
        self.rolling = rolling
        self.max_lifetime = max_lifetime
        if max_cookie_size is not None:
            self.max_cookie_size = max_cookie_size
        self._use_keys(secret_keys(secret_key, shortest=self._shortest_key))

    @property
    def session_cookie(self) -> str:
        """The name of the cookie."""
        return self.cookie.name

    @session_cookie.setter
    def session_cookie(self, name: str) -> None:
        self.cookie = self.cookie.altered(name=name)

    @property
    def path(self) -> str:
        """Where the browser sends the cookie."""
        return self.cookie.path

    @path.setter
    def path(self, path: str) -> None:
        self.cookie = self.cookie.altered(path=path)

    @property
    def security_flags(self) -> str:
        """The attributes of the cookie but for its path and its age."""
        return self.cookie.flags

    @security_flags.setter
    def security_flags(self, flags: str) -> None:
        self.cookie = self.cookie.altered(flags=flags)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        cookie = self.cookie  # that of this request, should somebody change it meanwhile
        session = enter_session(scope, self._kind, cookie.name)
        if session is None:
            await self.app(scope, receive, send)
            return
        value = cookie.read(scope)
        kept: CookieSession | None = None
        if value is not None:
            kept = CookieSession(self, cookie, value)
            session._begin_later(kept.begin)
        pending = True
        watched: Session | None = None

        def send_with_session(message: Message) -> Awaitable[None]:
            nonlocal pending, watched
            if pending and message["type"] in START_MESSAGES:
                pending = False  # first, for if this raises, the error page that follows must get through
                placed = placed_session(scope, session)
                if placed.accessed or placed.modified:
                    message = start_with_cookie(message, self._set_cookie(placed, kept, cookie, scope))
                elif watch_for_late_look(placed, message):
                    watched = placed
                placed._late = warn_of_late_change
            elif watched is not None and not message.get("more_body", False):
                end_watch(watched)
                watched = None
            return send(message)

        try:
            await self.app(scope, receive, send_with_session)
        finally:
            leave_session(session)

    def _set_cookie(
        self, session: Session, kept: CookieSession | None, cookie: SessionCookie, scope: Scope
    ) -> str | None:
        if kept is None:
            if not session.modified:
                return None
            kept = CookieSession(self, cookie, None)
        return kept.header(session, scope)

    @abstractmethod
    def _use_keys(self, keys: Sequence[bytes]) -> None:
        """Seal by the first of these keys, and know what any of them has sealed."""

    @abstractmethod
    def seal(self, encoded: bytes) -> str:
        """The value of a cookie for a session as JSON."""

    @abstractmethod
    def unseal(self, value: str) -> SealedSession | None:
        """What `seal` made this value of; None for any other and for one that is too old."""


def _check_number(name: str, given: object, unit: str, *, above: int | None = None) -> None:
    if given is None:
        return
    if type(given) is not int or (above is not None and given <= above):
        least = "" if above is None else f" above {above}"
        raise ValueError(f"{name} is a whole number of {unit}{least}, or None, and not {given!r}.")
