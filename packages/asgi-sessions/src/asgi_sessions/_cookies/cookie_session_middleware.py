"""What sessions in cookies have in common, be they signed or encrypted: when they are read, and when they are set."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence

from asgi_types import START_MESSAGES, ASGIApp, Message, Receive, SameSite, Scope, Send

from ._cookie_session import CookieSession
from ._placed_session import place_session, placed_session, warn_of_late_change
from ._secret_keys import secret_keys
from ._session_codec import SealedSession
from ._session_cookie import SessionCookie, start_with_cookie


class CookieSessionMiddleware(ABC):
    """Keeps sessions in cookies; see `SessionMiddleware` for all of it but how they are sealed."""

    max_cookie_size: int = 4096
    _shortest_key: int = 1

    def __init__(
        self,
        app: ASGIApp,
        secret_key: object | Sequence[object],
        session_cookie: str = "session",
        max_age: int | None = 14 * 24 * 60 * 60,
        path: str = "/",
        same_site: SameSite = "lax",
        https_only: bool | None = False,
        domain: str | None = None,
        partitioned: bool = False,
        *,
        rolling: bool = False,
        max_lifetime: int | None = None,
    ) -> None:
        if max_lifetime is not None and max_lifetime <= 0:
            raise ValueError(f"max_lifetime={max_lifetime} would end each session at once: give seconds, or None.")
        self.app = app
        self.cookie: SessionCookie = SessionCookie(
            session_cookie, path, domain, same_site, https_only=https_only, partitioned=partitioned
        )
        self.session_cookie = session_cookie
        self.max_age = max_age
        self.path = path
        self.security_flags: str = self.cookie.flags
        self.rolling = rolling
        self.max_lifetime = max_lifetime
        self._kept_as = (type(self), session_cookie, path, domain)
        self._use_keys(secret_keys(secret_key, shortest=self._shortest_key))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_inside_itself(scope):
            await self.app(scope, receive, send)
            return
        session = place_session(scope)
        session._kept_as = self._kept_as
        value = self.cookie.read(scope)
        kept = CookieSession(self, value)
        if value is not None:
            session._begin = kept.begin
        pending = True

        def send_with_session(message: Message) -> Awaitable[None]:
            nonlocal pending
            if pending and message["type"] in START_MESSAGES:
                pending = False  # first, for if this raises, the error page that follows must get through
                placed = placed_session(scope, session)
                if placed.accessed or placed.modified:
                    is_nothing_kept = value is None and not placed.modified
                    message = start_with_cookie(message, None if is_nothing_kept else kept.header(placed, scope))
                placed._late = warn_of_late_change
            return send(message)

        try:
            await self.app(scope, receive, send_with_session)
        finally:
            session._kept_as = None  # who calls an application again with the same scope gets another session

    def _is_inside_itself(self, scope: Scope) -> bool:
        # Of two that set the same cookie, one would undo what the other did: the outer keeps the session of both.
        return getattr(scope.get("session"), "_kept_as", None) == self._kept_as

    @abstractmethod
    def _use_keys(self, keys: Sequence[bytes]) -> None:
        """Seal by the first of these keys, and know what any of them has sealed."""

    @abstractmethod
    def seal(self, encoded: bytes) -> str:
        """The value of a cookie for a session as JSON."""

    @abstractmethod
    def unseal(self, value: str) -> SealedSession | None:
        """What `seal` made this value of; None for any other and for one that is too old."""
