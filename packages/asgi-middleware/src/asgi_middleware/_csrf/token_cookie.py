"""The cookie that belongs to tokens: how it is named, signed, bound to a session and set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgi_types import HTTPConnection, Response, SameSite, Scope, parse_cookies

from .token_codec import CookieSigner

BindTo = Callable[[HTTPConnection[Any]], str | None]


class TokenCookie:
    """The cookie as the parameters of a middleware describe it.

    Without a name it has one by which no other host, and no connection without TLS, can set it: ``__Host-csrf`` over
    HTTPS, and ``csrf`` over HTTP. It is for HTTPS only if it was set over that, or if ``secure`` says so. No script
    needs it, so none can read it. It lasts until the browser is closed.

    Raises `ValueError` for a name that is no token.

    >>> cookie = TokenCookie(None, CookieSigner([b"a secret of sixteen bytes or more"]), None, "lax", None)
    >>> cookie.header("signed", {"type": "http", "scheme": "https"})
    (b'set-cookie', b'__Host-csrf=signed; HttpOnly; Path=/; SameSite=lax; Secure')
    """

    def __init__(
        self, name: str | None, signer: CookieSigner, bind_to: BindTo | None, samesite: SameSite, secure: bool | None
    ) -> None:
        self.signer = signer
        self._name = name
        self._bind_to = bind_to
        self._samesite: SameSite = samesite
        self._secure = secure
        self.header("", {})  # so that what cannot be sent is told now

    def read(self, scope: Scope) -> str | None:
        """The cookie that the client has sent."""
        header = b"; ".join([value for name, value in scope["headers"] if name == b"cookie"])
        return parse_cookies(header.decode("latin-1")).get(self._name_for(self._is_secure(scope)))

    def session(self, scope: Scope) -> str | None:
        """What tokens of this connection are bound to."""
        if self._bind_to is None:
            return None
        session: object = self._bind_to(HTTPConnection(scope))
        if session is None or isinstance(session, str):
            return session
        raise TypeError(f"bind_to gave {type(session).__name__}: give a str, or None where there is no session.")

    def header(self, value: str, scope: Scope) -> tuple[bytes, bytes]:
        """The header that sets it."""
        is_secure = self._is_secure(scope)
        name = self._name_for(is_secure)
        response = Response()
        response.raw_headers = []
        response.set_cookie(
            name,
            value,
            secure=is_secure or name.startswith("__"),  # a prefix that browsers believe with Secure only
            httponly=True,
            samesite=self._samesite,
        )
        return response.raw_headers[0]

    def _name_for(self, is_secure: bool) -> str:
        return self._name or ("__Host-csrf" if is_secure else "csrf")

    def _is_secure(self, scope: Scope) -> bool:
        return scope.get("scheme") == "https" if self._secure is None else self._secure
