"""The values that a signed double-submit token is made of: the nonce in the cookie, and the token that repeats it.

The cookie is signed, so that nobody but the application makes one. The token is the same nonce under a random mask, so
that it differs in each response and its bytes cannot be found out by how well a page compresses (BREACH).
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

NONCE_SIZE: Final = 18
_PURPOSE: Final = b"asgi_middleware.csrf\0"  # the same secret may sign other things
_MAC_SIZE: Final = 32
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]*")


class CookieSigner:
    """Signs nonces by the first of these keys (HMAC-SHA256), and knows those that any of them has signed.

    ``session`` is what a nonce is bound to: it is good with the same one only, and None is one as well.

    >>> signer = CookieSigner([b"a secret of sixteen bytes or more"])
    >>> cookie = signer.sign(b"123456789012345678", "ann")
    >>> signer.nonce(cookie, "ann"), signer.nonce(cookie, "bob")
    (b'123456789012345678', None)
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def sign(self, nonce: bytes, session: str | None) -> str:
        """The cookie with this nonce."""
        return _encode(nonce + _mac(self._keys[0], nonce, session))

    def nonce(self, cookie: str, session: str | None) -> bytes | None:
        """The nonce of a cookie, or None if it was not signed here or for another session."""
        signed = _decode(cookie, NONCE_SIZE + _MAC_SIZE)
        if signed is None:
            return None
        nonce, mac = signed[:NONCE_SIZE], signed[NONCE_SIZE:]
        return nonce if any(hmac.compare_digest(mac, _mac(key, nonce, session)) for key in self._keys) else None


def new_nonce() -> bytes:
    """A random nonce."""
    return os.urandom(NONCE_SIZE)


def new_token(nonce: bytes) -> str:
    """A token for this nonce, another one each time."""
    mask = os.urandom(NONCE_SIZE)
    return _encode(mask + _xor(mask, nonce))


def is_token_of(token: str, nonce: bytes) -> bool:
    """Whether ``token`` is one for this nonce; a comparison takes the same time wherever they differ.

    >>> is_token_of(new_token(b"123456789012345678"), b"123456789012345678")
    True
    """
    data = _decode(token, 2 * NONCE_SIZE)
    return data is not None and hmac.compare_digest(_xor(data[:NONCE_SIZE], data[NONCE_SIZE:]), nonce)


def _mac(key: bytes, nonce: bytes, session: str | None) -> bytes:
    # The nonce has one length, so what is signed can be read in one way only.
    bound = b"\0" if session is None else b"\1" + session.encode("utf-8", "surrogatepass")
    return hmac.digest(key, _PURPOSE + nonce + bound, "sha256")


def _xor(first: bytes, second: bytes) -> bytes:
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).to_bytes(NONCE_SIZE, "big")


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str, size: int) -> bytes | None:
    """What `_encode` made ``text`` of, if it is ``size`` bytes; there is one text for each."""
    length = -(-size * 4 // 3)
    if len(text) != length or _BASE64.fullmatch(text) is None:
        return None
    data = urlsafe_b64decode(text + "=" * (-length % 4))
    return data if _encode(data) == text else None
