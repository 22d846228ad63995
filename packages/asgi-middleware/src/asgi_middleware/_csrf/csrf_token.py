"""The token of a request, for its forms and scripts, and what is left to do about it when the response begins."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final

from asgi_types import Message, RawHeaders, Scope, Send, add_vary, start_with

from .token_codec import new_nonce, new_token
from .token_cookie import TokenCookie

KEY: Final = "asgi_middleware.csrf"
"""The scope key of the `RequestTokens`."""


def csrf_token(connection: Mapping[str, Any]) -> str:
    """The token that this client's next unsafe requests must have, for a form or a script of the response.

    ``connection`` is a request or its scope. The response then sets the cookie that belongs to the token, unless the
    client has it already, and gets ``Vary: Cookie`` and, if it has no ``Cache-Control``, ``Cache-Control: private``.
    The same request gets the same token, each other one another. Where tokens are bound to a session, it is the one
    that the request has now: who logs in asks for the token after that.

    Raises `RuntimeError` where no `CSRFMiddleware` with a secret is around, and where it is called first after the
    response has begun, whose headers lack these then.

    >>> csrf_token({"type": "http"})
    Traceback (most recent call last):
    RuntimeError: csrf_token() needs a CSRFMiddleware with a secret around: CSRFMiddleware(app, secret="...").
    """
    tokens: RequestTokens | None = connection.get(KEY)
    if tokens is None:
        raise RuntimeError(
            'csrf_token() needs a CSRFMiddleware with a secret around: CSRFMiddleware(app, secret="...").'
        )
    scope: Any = getattr(connection, "scope", connection)
    return tokens.token(scope)


class RequestTokens:
    """What one request and its response have to do with tokens.

    It is in the scope, and so keeps none: the two would wait for the garbage collector.
    """

    _token: str | None = None
    _session: str | None = None
    _new_cookie: str | None = None
    _has_begun = False

    def __init__(self, cookie: TokenCookie, field_name: str) -> None:
        self._cookie = cookie
        self._field_name = field_name

    @property
    def field_name(self) -> str:
        """The name of the form field that the token is read from."""
        return self._field_name

    def token(self, scope: Scope) -> str:
        """The token to hand out; see `csrf_token`."""
        if self._token is None and self._has_begun:
            raise _late()  # also for a client that has the cookie: caches would give its token to others
        session = self._cookie.session(scope)
        if self._token is None or session != self._session:
            self._token = new_token(self._kept_nonce(scope, session))
            self._session = session
        return self._token

    def nonce(self, scope: Scope) -> bytes | None:
        """What the client's cookie says, or None if it has none that is good for its session."""
        return self._known_nonce(scope, self._cookie.session(scope))

    def sending(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that adds to the response what a token needs that was handed out."""

        def sending(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start" and not self._has_begun:
                self._has_begun = True
                if self._token is not None:
                    message = start_with(message, self._headers(scope, message.get("headers", ())))
            return send(message)

        return sending

    def _headers(self, scope: Scope, given: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        headers = [*given]
        if self._new_cookie is not None:
            headers.append(self._cookie.header(self._new_cookie, scope))
        add_vary(headers, b"Cookie")
        if all(name != b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"private"))
        return headers

    def _known_nonce(self, scope: Scope, session: str | None) -> bytes | None:
        cookie = self._cookie.read(scope)
        return None if cookie is None else self._cookie.signer.nonce(cookie, session)

    def _kept_nonce(self, scope: Scope, session: str | None) -> bytes:
        """The client's nonce, or a new one with the cookie that it gets."""
        nonce = self._known_nonce(scope, session)
        if nonce is None:
            if self._has_begun:
                raise _late()
            nonce = new_nonce()
        signed = self._cookie.signer.sign(nonce, session)
        # One that was signed by a secret on its way out is replaced as well.
        self._new_cookie = None if signed == self._cookie.read(scope) else signed
        return nonce


def _late() -> RuntimeError:
    return RuntimeError(
        "The response has begun, and cannot set the cookie of the token any more, nor tell caches that the page is for "
        "one visitor: call csrf_token() before, such as in the endpoint and not while the page is streamed."
    )
