"""The nonce of a response: made when it is first asked for, and the same from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CSP_NONCE: Final = "asgi_middleware.csp_nonce"
"""The scope key of what makes the nonce."""


class CSPNonce:
    """The nonce of one response."""

    __slots__ = ("_value",)

    _value: str | None

    def __init__(self) -> None:
        self._value = None

    def __str__(self) -> str:
        if self._value is None:
            from secrets import token_urlsafe

            self._value = token_urlsafe(16)  # 128 bits, as CSP level 3 asks in section 7.1
        return self._value


def csp_nonce(connection: Mapping[str, Any]) -> str:
    """The nonce of this connection's response, for the ``nonce`` attribute of its scripts and styles.

    ``connection`` is the scope, or a request, which is a mapping of it. Every call gives the same 22 characters, also
    when the response has begun. A page with a nonce must not be kept by a cache: it would be no secret any more.

    Raises `RuntimeError` without a `SecurityHeadersMiddleware` whose policy has `ContentSecurityPolicy.NONCE`.

    >>> scope = {"type": "http", "asgi_middleware.csp_nonce": CSPNonce()}
    >>> len(csp_nonce(scope)), csp_nonce(scope) == csp_nonce(scope)
    (22, True)
    """
    nonce = connection.get(CSP_NONCE)
    if nonce is None:
        raise RuntimeError(
            "csp_nonce() needs SecurityHeadersMiddleware around the application, and ContentSecurityPolicy.NONCE among "
            "the sources of its policy."
        )
    return str(nonce)
