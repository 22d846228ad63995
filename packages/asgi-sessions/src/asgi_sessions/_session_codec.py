"""The session as a cookie's value: JSON in base64, with a time stamp and a signature, the form that Starlette writes.

The client can read what is inside, but not change it. Reading takes anything and is linear in its length: what is no
session of ours is none.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any, cast

from itsdangerous import BadSignature, TimestampSigner


class SessionTooLargeError(RuntimeError):
    """A session whose cookie browsers would refuse, and so lose: ``size`` and ``limit`` are bytes of ``name=value``.

    >>> error = SessionTooLargeError(5000, 4096)
    >>> error.size, error.limit
    (5000, 4096)
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The session makes a cookie of {size} bytes, and browsers refuse more than {limit}: keep less in it."
        )
        self.size = size
        self.limit = limit


def encode_session(session: dict[str, Any]) -> bytes:
    """The session as JSON; `TypeError` for what JSON has no form for."""
    try:
        return json.dumps(session).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"The session cannot be written as JSON: {error}. Keep str, int, float, bool, None, list and dict in it."
        ) from error


def sign_session(encoded: bytes, signer: TimestampSigner) -> str:
    """The cookie's value for a session that is JSON already."""
    return signer.sign(b64encode(encoded)).decode("ascii")


def read_session(value: str, signer: TimestampSigner, max_age: int | None) -> tuple[dict[str, Any], bytes] | None:
    """The session in a cookie's value, and its JSON; None if it is not ours, or older than ``max_age`` seconds."""
    try:
        encoded = b64decode(signer.unsign(value.encode("utf-8"), max_age=max_age))
        session: Any = json.loads(encoded)
    except (BadSignature, ValueError, OverflowError, OSError, RecursionError):
        # Beyond a bad signature: other data signed with the same key, whose time stamp may be no time at all.
        return None
    return (cast("dict[str, Any]", session), encoded) if isinstance(session, dict) else None


def is_same_session(encoded: bytes, received: bytes) -> bool:
    """Whether a session says what it said when it was received; that may have been written with other spaces."""
    return encoded == received or encoded == encode_session(json.loads(received))
