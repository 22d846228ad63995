"""Requests that a page of another site makes a browser send are refused: by the browser's word, and by tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from asgi_types import ASGIApp, HTTPException, Receive, SameSite, Scope, Send, is_token, refuse
from asgi_types.origin import OriginSet

from .._items import items
from .provenance import Provenance, provenance, websocket_provenance

if TYPE_CHECKING:
    from .token_check import TokenCheck
    from .token_cookie import BindTo

Secret = str | bytes
MIN_SECRET: Final = 16
SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS", "QUERY", "TRACE")


class CSRFMiddleware:
    """Refuse what pages of other sites make a browser send (cross-site request forgery) with a 403.

    Checked are HTTP requests with a method that is not one of ``safe_methods``, whatever their content type, and with
    ``websockets`` the handshakes of WebSockets. No token is needed for that: browsers say where a request comes from.

    * ``Sec-Fetch-Site`` of ``same-origin`` or ``none`` passes, and any other is refused.
    * Without it ``Origin`` must be the request's own: host and port those of ``Host``, and the scheme ``https`` if the
      request came by that. WebSockets are checked by this header alone.
    * Without both it is the origin of ``Referer``.
    * Without all three no browser of this decade has sent it, and it passes.

    What would be refused passes if its ``Origin`` (or ``Referer``) is one of ``trusted_origins``: origins such as
    ``"https://example.org"``, ``"https://*.example.org"`` for all below a domain, ``"null"``, and ``"file://"`` for web
    views. A header that is there twice is refused. ``safe_methods`` are in upper case, and must change nothing in the
    application.

    With a ``secret`` of 16 bytes or more, each checked HTTP request must have a token of `csrf_token` as well, unless
    it comes from a trusted origin; ``demand="unproven"`` asks for it only where no header tells where a request comes
    from. It is read from the header ``header_name``, and from the field ``field_name`` of a form (``urlencoded`` or
    ``multipart``) if it is within the first 64 KiB of the body. Of several secrets the first signs and all are known,
    so that they can be changed. ``bind_to`` gets the connection and returns what identifies its session, in which alone
    the token then is good; it must not block. The cookie is ``__Host-csrf`` over HTTPS and ``csrf`` over HTTP unless
    ``cookie_name`` is given, out of reach of scripts, and ``Secure`` over HTTPS unless ``cookie_secure`` says
    otherwise.

    Raises `ValueError` for an origin, method, secret or name that cannot be one.

    >>> import asyncio
    >>> from asgi_types import Response
    >>> app = CSRFMiddleware(Response("Sent."))
    >>> async def send(message):
    ...     print(message.get("status"), message.get("body"))
    >>> headers = [(b"sec-fetch-site", b"cross-site")]
    >>> asyncio.run(app({"type": "http", "method": "POST", "headers": headers}, None, send))  # doctest: +ELLIPSIS
    403 None
    None b"Cross-site request refused. The header Sec-Fetch-Site is 'cross-site', and there is no Origin..."
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        trusted_origins: Iterable[str] = (),
        safe_methods: Iterable[str] = SAFE_METHODS,
        websockets: bool = True,
        secret: Secret | Sequence[Secret] | None = None,
        demand: Literal["always", "unproven"] = "always",
        bind_to: BindTo | None = None,
        header_name: str = "x-csrf-token",
        field_name: str = "csrf_token",
        cookie_name: str | None = None,
        cookie_samesite: SameSite = "lax",
        cookie_secure: bool | None = None,
    ) -> None:
        self.app = app
        self._trusted = OriginSet(trusted_origins)
        self._safe = _methods(safe_methods)
        self._checks_websockets = websockets
        self._tokens: TokenCheck | None = None
        if secret is not None:
            from .token_check import TokenCheck  # and all that signs: who has no secret needs none of it
            from .token_codec import CookieSigner
            from .token_cookie import TokenCookie

            cookie = TokenCookie(cookie_name, CookieSigner(_keys(secret)), bind_to, cookie_samesite, cookie_secure)
            self._tokens = TokenCheck(cookie, header_name, field_name, demand)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._call_http(scope, receive, send)
            return
        if scope["type"] == "websocket" and self._checks_websockets:
            found = websocket_provenance(scope, self._trusted)
            if isinstance(found, str):
                await refuse(scope, receive, send, _refusal(found), in_place=True)
                return
        await self.app(scope, receive, send)

    async def _call_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_checked = scope["method"] not in self._safe
        found = provenance(scope, self._trusted) if is_checked else None
        checked: Receive | HTTPException = _refusal(found) if isinstance(found, str) else receive
        if self._tokens is not None:
            tokens = self._tokens.tokens(scope)
            send = tokens.sending(scope, send)
            if isinstance(found, Provenance) and self._tokens.is_demanded(found):
                checked = await self._tokens.check(tokens, scope, receive)
        if isinstance(checked, HTTPException):
            await refuse(scope, receive, send, checked, in_place=True)
            return
        await self.app(scope, checked, send)


def _refusal(reason: str) -> HTTPException:
    return HTTPException(403, f"Cross-site request refused. {reason}")


def _methods(given: Iterable[str]) -> frozenset[str]:
    methods = frozenset(items(given))
    for method in methods:
        if not (is_token(method) and method.isupper()):  # case counts (RFC 9110 section 9.1)
            raise ValueError(f"Not a method: {method!r}. Write it in upper case, as 'GET'.")
    return methods


def _keys(given: Secret | Sequence[Secret]) -> list[bytes]:
    secrets = given if isinstance(given, (list, tuple)) else (given,)
    keys = [_key(secret) for secret in secrets]
    if not keys or min(map(len, keys)) < MIN_SECRET:
        raise ValueError(
            f"secret needs {MIN_SECRET} bytes or more, each where there are several: keep one that secrets.token_hex() "
            "made outside of the code."
        )
    return keys


def _key(secret: object) -> bytes:
    if not isinstance(secret, (str, bytes, bytearray)):
        raise ValueError(
            f"secret is text or bytes, or a list of them, and not a {type(secret).__name__}: of a secret that shows "
            "asterisks, give what it hides, as get_secret_value() does."
        )
    key = secret.encode() if isinstance(secret, str) else bytes(secret)
    if b"******" in key:  # the text of such a secret, which all of them have
        raise ValueError("secret is the text of a secret that shows asterisks: give what it hides.")
    return key
