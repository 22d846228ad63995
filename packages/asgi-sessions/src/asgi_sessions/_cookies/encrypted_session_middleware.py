"""Gives every connection its session, and writes the encrypted cookie with the response if the session was changed."""

from __future__ import annotations

from collections.abc import Sequence

from .cookie_session_middleware import CookieSessionMiddleware
from .sealed_session import SealedSession, is_in_time
from .session_cipher import SessionCipher


class EncryptedSessionMiddleware(CookieSessionMiddleware):
    """`SessionMiddleware` with a cookie that the client cannot read, by AES-256-GCM.

    The parameters and all that happens are the same, but for this: each ``secret_key`` has 16 bytes or more, and a
    cookie of more than 4096 bytes is an empty session, unless ``max_cookie_size`` allows more. The cookie has room for
    about 3000 bytes of JSON. It shows how long the session is, and nothing else. It is good under its own name only. A
    signed cookie is not read: who changes from one to the other begins with empty sessions.

    It needs the extra: ``pip install asgi-sessions[encrypted]``. Raises `ImportError` without it, and what
    `SessionMiddleware` raises.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     scope["session"]["diagnosis"] = "flu"
    ...     await send({"type": "http.response.start", "status": 204})
    >>> async def send(message):
    ...     print([name for name, value in message["headers"]])
    >>> app = EncryptedSessionMiddleware(app, "a long random string, kept out of the code")
    >>> asyncio.run(app({"type": "http", "headers": []}, None, send))
    [b'vary', b'set-cookie', b'cache-control']
    """

    _kind = "EncryptedSessionMiddleware"
    _shortest_key = 16

    def _use_keys(self, keys: Sequence[bytes]) -> None:
        self._cipher = SessionCipher(keys, self.session_cookie)

    def seal(self, encoded: bytes) -> str:
        self._cipher.bind_to(self.session_cookie)  # which a subclass may have set
        return self._cipher.encrypt(encoded)

    def unseal(self, value: str) -> SealedSession | None:
        self._cipher.bind_to(self.session_cookie)
        sealed = self._cipher.decrypt(value, max(self.max_cookie_size, CookieSessionMiddleware.max_cookie_size))
        return sealed if sealed is not None and is_in_time(sealed.written_at, self.max_age) else None
