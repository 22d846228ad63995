"""What a session looks like where it is kept: JSON, and in a signed cookie base64 with a time stamp and a signature."""

from __future__ import annotations

import json
from base64 import b64encode
from binascii import a2b_base64
from time import time
from typing import Any, Final, NamedTuple, cast

from itsdangerous import BadData, TimestampSigner

from ._session_signer import SessionSigner

CLOCK_SKEW: Final = 60
"""Seconds that the clock of the server that wrote a cookie may be ahead of the one that reads it."""


class SealedSession(NamedTuple):
    """What was in a cookie: a session as JSON, and when it was written, in seconds of Unix time."""

    encoded: bytes
    written_at: int


def encode_session(session: dict[str, Any]) -> bytes:
    """The session as JSON; `TypeError` for what JSON has no form for."""
    return encode_value(session).encode("ascii")


def encode_value(value: Any) -> str:
    """A value of a session as JSON; `TypeError` for what JSON has no form for."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"The session cannot be written as JSON: {error}. Keep str, int, float, bool, None, list and dict in it."
        ) from error


def decode_session(encoded: bytes) -> dict[str, Any] | None:
    """The session that this JSON is, or None if it is something else."""
    try:
        session: Any = json.loads(encoded.decode())  # which need not be guessed from bytes
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", session) if isinstance(session, dict) else None


def is_same_session(encoded: bytes, received: bytes) -> bool:
    """Whether a session says what it said when it was received; that may have been written with other spaces."""
    return encoded == received or encoded == encode_session(json.loads(received))


def sign_session(encoded: bytes, signer: TimestampSigner) -> str:
    """The cookie's value for a session that is JSON already."""
    return signer.sign(b64encode(encoded)).decode("ascii")


def unsign_session(value: str, signer: SessionSigner, max_age: int | None) -> SealedSession | None:
    """What was signed, or None if it was not by one of these keys, or more than ``max_age`` seconds ago.

    It takes anything and is linear in its length.
    """
    try:
        signed, written_at = signer.unsign_with_time(value.encode("utf-8"))
        return SealedSession(a2b_base64(signed), written_at) if is_in_time(written_at, max_age) else None
    except (BadData, ValueError, OverflowError):
        # Beyond a bad signature: other data signed with the same key, with no time or no base64 in it.
        return None


def is_in_time(written_at: int, max_age: int | None) -> bool:
    """Whether what was written then is at most ``max_age`` seconds old, and not from the future."""
    return max_age is None or -CLOCK_SKEW <= time() - written_at < max_age + 1  # the time of writing has no fraction
