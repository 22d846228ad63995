"""Keys of bounded length, as what they are made of may be a client's."""

from __future__ import annotations

from typing import Final

LONGEST_KEY: Final = 128
"""Characters; a longer key is kept as its digest."""


def bounded_key(key: str) -> str:
    """The key, or its digest if it is long.

    >>> bounded_key("client"), len(bounded_key("client" * 1000))
    ('client', 64)
    """
    return key if len(key) <= LONGEST_KEY else key_digest(key)


def key_digest(key: str) -> str:
    """A digest in 64 hexadecimal digits, which nobody can make equal for two keys.

    >>> key_digest("client")[:8]
    '948fe603'
    """
    from hashlib import sha256

    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
