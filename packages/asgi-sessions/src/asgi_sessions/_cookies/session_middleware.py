"""Gives every connection its session, and writes the signed cookie with the response if the session was changed."""

from __future__ import annotations

from collections.abc import Sequence

from itsdangerous import TimestampSigner

from .cookie_session_middleware import CookieSessionMiddleware
from .sealed_session import SealedSession
from .session_signer import SessionSigner, sign_session, unsign_session


class SessionMiddleware(CookieSessionMiddleware):
    """Put a `Session` in ``scope["session"]``, read from a signed cookie and kept there.

    ``secret_key`` is the key as text or bytes, or an object whose ``str()`` is, or a sequence of them to change keys
    by: the first signs, and what any of them has signed is read. A session lasts ``max_age`` seconds after it was last
    changed, 14 days by default; None makes it last until the browser is closed, and lets no cookie expire, and 0 or
    less lets each end at once. With ``rolling`` it lasts as long after it was last looked at; its cookie is set again
    when a tenth of that has passed. After ``max_lifetime`` seconds it ends in any case, if that is given; its cookie
    then tells when it began.

    The cookie is named ``session_cookie``, is never shown to scripts, and has the ``path``, ``domain``, ``same_site``,
    ``https_only`` (``Secure``; None where the connection is) and ``partitioned`` of RFC 6265 section 4.1.2 and the
    browsers. The client can read it. What a subclass sets as `session_cookie`, `path`, `security_flags`, ``max_age``
    and ``signer`` counts, as with Starlette's.

    A cookie that is missing, expired or not signed with these keys is an empty session. A response that looked at the
    session has ``Vary: Cookie``; a first look that comes later than that is logged. One that changed it, be it deep
    inside, sets the cookie, and one that emptied it removes the cookie. A response that sets it has ``Cache-Control:
    private``, or what the application says, with ``no-cache="set-cookie"`` if that would let others have it. A
    WebSocket may change the session until it is accepted. A change that comes too late is lost, and logged. Inside of
    another one that sets a cookie of this name it hands the connection on: the outer keeps the session of both, and
    one of another kind is a `RuntimeError`.

    Raises `ValueError` for a cookie that browsers would refuse for its name or attributes, for no key or what is none,
    and for numbers that are no whole ones or not positive (``max_age`` may be), and `AssertionError` for an unknown
    ``same_site``. Sending the response raises `SessionTooLargeError` if the cookie's ``name=value`` exceeds
    ``max_cookie_size`` bytes, by default those of the class attribute of that name, 4096; `TypeError` if the session
    holds what JSON cannot, or more than 100 lists and dicts inside of each other; `ValueError` for an entry named
    ``_session_created``, which is its own. Nothing is sent then, and another response, such as an error page, goes out
    without the cookie.

    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     scope["session"]["user"] = "ann"
    ...     await send({"type": "http.response.start", "status": 204})
    >>> async def send(message):
    ...     print([name for name, value in message["headers"]])
    >>> asyncio.run(SessionMiddleware(app, "secret")({"type": "http", "headers": []}, None, send))
    [b'vary', b'set-cookie', b'cache-control']
    """

    signer: TimestampSigner
    _kind = "SessionMiddleware"

    def _use_keys(self, keys: Sequence[bytes]) -> None:
        self.signer = SessionSigner(keys)

    def seal(self, encoded: bytes) -> str:
        return sign_session(encoded, self.signer)

    def unseal(self, value: str) -> SealedSession | None:
        return unsign_session(value, self.signer, self.max_age)
