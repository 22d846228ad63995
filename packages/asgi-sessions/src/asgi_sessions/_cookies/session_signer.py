"""Signs cookies as Starlette does, by keys that change."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode, want_bytes
from itsdangerous.signer import SigningAlgorithm


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
        value, sig = want_bytes(value), want_bytes(sig)
        # The library decodes it, and so takes it with other characters in between, and with bits that mean nothing.
        if hmac.compare_digest(self._signature(self.secret_keys[-1], value), sig):
            return True
        return any(hmac.compare_digest(self._signature(key, value), sig) for key in self.secret_keys[:-1])

    def unsign_with_time(self, signed_value: bytes) -> tuple[bytes, int]:
        """What was signed, and when, in seconds of Unix time; `BadData` for what was not.

        The library's own makes a ``datetime`` of the time, which takes as long as all the rest.
        """
        stamped, _, signature = signed_value.rpartition(self.sep)
        value, separator, time = stamped.rpartition(self.sep)
        if not separator or not self.verify_signature(stamped, signature):
            raise BadSignature("It was not signed with one of these keys, or has no time.")
        return value, int.from_bytes(base64_decode(time), "big")

    def _signature(self, key: bytes, value: bytes) -> bytes:
        return base64_encode(self.algorithm.get_signature(self.derive_key(key), value))
