"""Signs cookies as Starlette does, by keys that change: base64 of JSON, with a time stamp and a signature."""

from __future__ import annotations

import hmac
from base64 import b64encode
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

from itsdangerous import BadData, BadSignature, TimestampSigner
from itsdangerous.encoding import want_bytes
from itsdangerous.signer import SigningAlgorithm

from .sealed_session import SealedSession, is_in_time

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")


class _HMACWithSHA1(SigningAlgorithm):
    """What the library signs with unless told otherwise, in one call of OpenSSL: a third of the time."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha1")


class SessionSigner(TimestampSigner):
    """Signs by the first of these keys, and knows what any of them has signed. Each is derived once, not once a cookie.

    >>> old, new = SessionSigner([b"old"]), SessionSigner([b"new", b"old"])
    >>> new.unsign(old.sign("value"))
    b'value'
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        super().__init__([*reversed(keys)], algorithm=_HMACWithSHA1())  # the library signs by the last
        self._derived: dict[str | bytes | None, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key that the signature of ``secret_key`` is made with, or that of the newest."""
        derived = self._derived.get(secret_key)
        if derived is None:
            derived = self._derived[secret_key] = super().derive_key(secret_key)
        return derived

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Whether this is the signature of ``value`` by one of the keys, written just as it is written here."""
        return self._is_signed(want_bytes(value), want_bytes(sig))

    def unsign_with_time(self, signed_value: bytes) -> tuple[bytes, int]:
        """What was signed, and when, in seconds of Unix time; `BadData` or `ValueError` for what was not.

        The library's own makes a ``datetime`` of the time, which takes as long as all the rest.
        """
        stamped, _, signature = signed_value.rpartition(b".")
        value, separator, time = stamped.rpartition(b".")
        if not separator or not self._is_signed(stamped, signature):
            raise BadSignature("It was not signed with one of these keys, or has no time.")
        return value, int.from_bytes(a2b_base64(time.translate(_FROM_URL) + b"=" * (-len(time) % 4)), "big")

    def _is_signed(self, value: bytes, signature: bytes) -> bool:
        # The library decodes it, and so takes it with other characters in between, and with bits that mean nothing.
        keys = self.secret_keys
        if compare_digest(self._signature(keys[-1], value), signature):
            return True
        return any(compare_digest(self._signature(key, value), signature) for key in keys[:-1])

    def _signature(self, key: bytes, value: bytes) -> bytes:
        derived = self._derived.get(key) or self.derive_key(key)
        return b2a_base64(hmac.digest(derived, value, "sha1"), newline=False).translate(_TO_URL).rstrip(b"=")


def sign_session(encoded: bytes, signer: TimestampSigner) -> str:
    """The cookie's value for a session that is JSON already."""
    return signer.sign(b64encode(encoded)).decode("ascii")


def unsign_session(value: str, signer: TimestampSigner, max_age: int | None) -> SealedSession | None:
    """What was signed, or None if it was not by one of these keys, or more than ``max_age`` seconds ago.

    It takes anything and is linear in its length.
    """
    try:
        signed, written_at = _unsigned(value.encode("utf-8"), signer)
        return SealedSession(a2b_base64(signed), written_at) if is_in_time(written_at, max_age) else None
    except (BadData, ValueError, OverflowError):
        # Beyond a bad signature: other data signed with the same key, with no time or no base64 in it.
        return None


def _unsigned(value: bytes, signer: TimestampSigner) -> tuple[bytes, int]:
    if isinstance(signer, SessionSigner):
        return signer.unsign_with_time(value)
    signed, written_at = signer.unsign(value, return_timestamp=True)  # one that a subclass has put in place of ours
    return signed, int(written_at.timestamp())
