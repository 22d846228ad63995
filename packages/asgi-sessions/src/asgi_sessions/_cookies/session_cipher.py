"""Encrypts sessions so that the client can neither read nor change them: AES-256-GCM, with a key for each cookie."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from secrets import token_bytes
from time import time
from typing import Any, Final

from .sealed_session import SealedSession

MISSING: Final = "Encrypted sessions need the library cryptography: pip install asgi-sessions[encrypted]"

_VERSION: Final = b"\x01"
_PURPOSE: Final = b"asgi_sessions encrypted cookie"
_SALT: Final = 20
_NONCE: Final = 12
_TIME: Final = 8
_TAG: Final = 16
_HEAD: Final = len(_VERSION) + _SALT + _NONCE
_CHARACTERS: Final = re.compile(rf"[A-Za-z0-9_-]{{{(_HEAD + _TIME + _TAG) * 4 // 3},}}", re.ASCII)


class SessionCipher:
    """Encrypts by the first of these keys, and knows what any of them has encrypted, for the cookie of this name.

    A cookie is URL-safe base64 without padding of: the version 1, 20 random bytes of salt, 12 of nonce, and what
    AES-256-GCM (NIST SP 800-38D) makes of the time of writing (8 bytes, seconds, big-endian) and the session, which is
    16 bytes longer. The key is HKDF-SHA256 (RFC 5869) of the secret key: extracted once, and expanded for each cookie
    with its salt. With 256 random bits in each cookie, no two are ever made with the same key and nonce, whatever
    number of them there is. The version, what it is for and the name of the cookie are authenticated, so that a value
    is good for nothing else.

    Raises `ImportError` without the library.

    >>> cipher = SessionCipher([b"sixteen bytes ok"], "session")
    >>> cipher.decrypt(cipher.encrypt(b"{}"), 4096).encoded, cipher.decrypt("anything else", 4096)
    (b'{}', None)
    """

    def __init__(self, keys: Sequence[bytes], cookie_name: str) -> None:
        try:
            from cryptography.exceptions import InvalidTag
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ModuleNotFoundError as missing:
            raise ImportError(MISSING) from missing
        self._aead: Any = AESGCM
        self._invalid = InvalidTag
        self._keys = [hmac.digest(_PURPOSE, key, "sha256") for key in keys]
        self._name = ""
        self.bind_to(cookie_name)

    def bind_to(self, cookie_name: str) -> None:
        """The cookie has this name from now on."""
        if cookie_name != self._name:
            self._name = cookie_name
            self._bound_to = b"\0".join((_VERSION, _PURPOSE, cookie_name.encode()))

    def encrypt(self, encoded: bytes) -> str:
        """The value of a cookie for a session as JSON."""
        salt, nonce = token_bytes(_SALT), token_bytes(_NONCE)
        data = int(time()).to_bytes(_TIME) + encoded
        encrypted = self._cipher(self._keys[0], salt).encrypt(nonce, data, self._bound_to)
        return _text(_VERSION + salt + nonce + encrypted)

    def decrypt(self, value: str, longest: int) -> SealedSession | None:
        """What was encrypted; None if it was not by one of these keys, and for a value of more characters."""
        if len(value) > longest or not _CHARACTERS.fullmatch(value) or len(value) % 4 == 1:
            return None
        raw = urlsafe_b64decode(value + "=" * (-len(value) % 4))
        if raw[:1] != _VERSION or _text(raw) != value:  # the last character may have bits that mean nothing
            return None
        salt, nonce, encrypted = raw[1 : 1 + _SALT], raw[1 + _SALT : _HEAD], raw[_HEAD:]
        for key in self._keys:
            try:
                data: bytes = self._cipher(key, salt).decrypt(nonce, encrypted, self._bound_to)
            except self._invalid:
                continue
            return SealedSession(data[_TIME:], int.from_bytes(data[:_TIME]))
        return None

    def _cipher(self, key: bytes, salt: bytes) -> Any:
        return self._aead(hmac.digest(key, _PURPOSE + salt + b"\x01", "sha256"))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
