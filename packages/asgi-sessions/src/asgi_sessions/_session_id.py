"""The id of a session that is kept by a store: 256 random bits, which the store knows only as their hash."""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_id() -> str:
    """An id: 43 characters of URL-safe base64."""
    from secrets import token_urlsafe

    return token_urlsafe(32)


def is_id(value: str) -> bool:
    """Whether a cookie's value may be an id at all; what may not is never looked up."""
    return _ID.fullmatch(value) is not None


def hash_of(id_: str) -> str:
    """What a store knows an id by, so that who reads the store has no cookie; the id is random, so no salt is needed.

    >>> hash_of("x" * 43)[:16]
    'cc0b1c2c66f3bb9f'
    """
    from hashlib import sha256

    return sha256(id_.encode()).hexdigest()
