"""Gives every connection its session, and writes the signed cookie with the response if the session was changed."""

from __future__ import annotations

from collections.abc import Sequence

from ._cookie_session_middleware import CookieSessionMiddleware
from ._session_codec import SealedSession, sign_session, unsign_session
from ._session_signer import SessionSigner


class SessionMiddleware(CookieSessionMiddleware):
    """Put a `Session` in ``scope["session"]``, read from a signed cookie and kept there.

    ``secret_key`` is the key, or an object whose ``str()`` is, or a sequence of them to change keys by: the first
    signs, and what any of them has signed is read. A session lasts ``max_age`` seconds after it was last changed, 14
    days by default; None makes it last until the browser is closed, and lets no cookie expire. With ``rolling`` it
    lasts as long after it was last looked at; its cookie is set again when a tenth of that has passed. After
    ``max_lifetime`` seconds it ends in any case, if that is given; its cookie then tells when it began.

    The cookie is named ``session_cookie``, is never shown to scripts, and has the ``path``, ``domain``, ``same_site``,
    ``https_only`` (``Secure``; None where the connection is) and ``partitioned`` of RFC 6265 section 4.1.2 and the
    browsers. The client can read it.

    A cookie that is missing, expired or not signed with these keys is an empty session. A response that looked at the
    session has ``Vary: Cookie``; one that changed it, be it deep inside, sets the cookie, and one that emptied it
    removes the cookie. A response that sets it has ``Cache-Control: private`` unless it says something itself. A
    WebSocket may change the session until it is accepted. A change that comes too late is lost, and logged. Inside
    of another one that sets the same cookie it hands the connection on: the outer keeps the session of both.

    Raises `ValueError` for a cookie that browsers would refuse for its name or attributes, for no key or an empty one
    and a ``max_lifetime`` that is not positive, and `AssertionError` for an unknown ``same_site``. Sending the response
    raises `SessionTooLargeError` if the cookie's ``name=value`` exceeds the class attribute ``max_cookie_size``, 4096
    bytes, and `TypeError` if the session holds what JSON cannot. Nothing is sent then, and another response, such as an
    error page, goes out without the cookie.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     scope["session"]["user"] = "ann"
    ...     await send({"type": "http.response.start", "status": 204})
    >>> async def send(message):
    ...     print([name for name, value in message["headers"]])
    >>> asyncio.run(SessionMiddleware(app, "secret")({"type": "http", "headers": []}, None, send))
    [b'vary', b'set-cookie', b'cache-control']
    """

    signer: SessionSigner

    def _use_keys(self, keys: Sequence[bytes]) -> None:
        self.signer = SessionSigner(keys)

    def seal(self, encoded: bytes) -> str:
        return sign_session(encoded, self.signer)

    def unseal(self, value: str) -> SealedSession | None:
        return unsign_session(value, self.signer, self.max_age)
