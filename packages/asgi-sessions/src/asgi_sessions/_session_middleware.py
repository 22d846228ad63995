"""Gives every connection its session, and writes the cookie with the response if the session was changed."""

from __future__ import annotations

from collections.abc import Awaitable

from itsdangerous import TimestampSigner

from asgi_types import ASGIApp, HTTPConnection, Message, MutableHeaders, Receive, Response, SameSite, Scope, Send

from ._session import Session
from ._session_cookie import SessionTooLargeError, encode_session, is_same_session, read_session, sign_session


class SessionMiddleware:
    """Put a `Session` in ``scope["session"]``, read from a signed cookie and kept there.

    ``secret_key`` is the key, or an object whose ``str()`` is. A session lasts ``max_age`` seconds after it was last
    changed, 14 days by default; None makes it last until the browser is closed, and lets no cookie expire. The cookie
    is named ``session_cookie``, is never shown to scripts, and has the ``path``, ``domain``, ``same_site``,
    ``https_only`` (``Secure``) and ``partitioned`` of RFC 6265 section 4.1.2 and the browsers. The client can read it.

    A cookie that is missing, expired or not signed with this key is an empty session. A response that looked at the
    session has ``Vary: Cookie``; one that changed it, be it deep inside, sets the cookie, and one that emptied it
    removes the cookie. WebSockets read the session, but a change made there is not kept.

    Raises `ValueError` for a cookie name that is no token and for ``;``, CR, LF or NUL in an attribute, and
    `AssertionError` for an unknown ``same_site``. Sending the response raises `SessionTooLargeError` if the cookie's
    ``name=value`` exceeds the class attribute ``max_cookie_size``, 4096 bytes, and `TypeError` if the session holds
    what JSON cannot. Nothing is sent then, and another response, such as an error page, goes out without the cookie.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     scope["session"]["user"] = "ann"
    ...     await send({"type": "http.response.start", "status": 204})
    >>> async def send(message):
    ...     print([name for name, value in message["headers"]])
    >>> asyncio.run(SessionMiddleware(app, "secret")({"type": "http", "headers": []}, None, send))
    [b'vary', b'set-cookie']
    """

    max_cookie_size: int = 4096

    def __init__(
        self,
        app: ASGIApp,
        secret_key: object,
        session_cookie: str = "session",
        max_age: int | None = 14 * 24 * 60 * 60,
        path: str = "/",
        same_site: SameSite = "lax",
        https_only: bool = False,
        domain: str | None = None,
        partitioned: bool = False,
    ) -> None:
        # What the core refuses in a cookie is refused here, not with the first response.
        Response().set_cookie(session_cookie, path=path, domain=domain, samesite=same_site)
        self.app = app
        self.signer: TimestampSigner = TimestampSigner(str(secret_key))
        self.session_cookie = session_cookie
        self.max_age = max_age
        self.path = path
        self.security_flags: str = f"httponly; samesite={same_site}"
        if https_only:
            self.security_flags += "; secure"
        if domain is not None:
            self.security_flags += f"; domain={domain}"
        if partitioned:
            self.security_flags += "; partitioned"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        value = HTTPConnection(scope).cookies.get(self.session_cookie)
        read = None if value is None else read_session(value, self.signer, self.max_age)
        data, received = ({}, None) if read is None else read
        scope["session"] = Session(data)
        pending = True

        def send_with_session(message: Message) -> Awaitable[None]:
            nonlocal pending
            if pending and message["type"] == "http.response.start":
                pending = False  # first, for if this raises, the error page that follows must get through
                message = self._with_session(message, scope["session"], received)
            return send(message)

        await self.app(scope, receive, send_with_session)

    def _with_session(self, message: Message, session: Session, received: bytes | None) -> Message:
        if not (session.accessed or session.modified):
            return message
        # A message of its own: an application may send one and the same to everybody.
        headers = MutableHeaders(raw=list(message.get("headers", ())))
        headers.add_vary_header("Cookie")
        cookie = self._set_cookie(session, received)
        if cookie is not None:
            headers.append("set-cookie", cookie)
        return {**message, "headers": headers.raw}

    def _set_cookie(self, session: Session, received: bytes | None) -> str | None:
        if not session:
            if received is None or not session.modified:
                return None
            epoch = "Thu, 01 Jan 1970 00:00:00 GMT"
            return f"{self.session_cookie}=null; path={self.path}; expires={epoch}; {self.security_flags}"
        encoded = encode_session(session)
        if received is not None and not session.modified and is_same_session(encoded, received):
            return None
        pair = f"{self.session_cookie}={sign_session(encoded, self.signer)}"
        if len(pair) > self.max_cookie_size:
            raise SessionTooLargeError(len(pair), self.max_cookie_size)
        max_age = "" if self.max_age is None else f"Max-Age={self.max_age}; "
        return f"{pair}; path={self.path}; {max_age}{self.security_flags}"
