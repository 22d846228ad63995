"""The keys that sessions are signed or encrypted with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast


def secret_keys(given: object, *, shortest: int = 1) -> list[bytes]:
    """One key, or a sequence of them with the newest first, as bytes; of an object, what ``str()`` makes of it.

    Raises `ValueError` for none, for None or an empty one, for one of less than ``shortest`` bytes, for asterisks only,
    which are the text of a secret that hides itself, and for keys in no order.

    >>> secret_keys(["new", b"old"]), secret_keys("one")
    ([b'new', b'old'], [b'one'])
    """
    kind = type(given).__name__
    is_one = isinstance(given, (str, bytes, bytearray)) or not isinstance(given, Iterable)
    if not is_one and not isinstance(given, Sequence):
        raise ValueError(f"secret_key is a {kind}: give a list, with the newest key first.")
    keys: list[Any] = [given] if is_one else [*cast("Sequence[Any]", given)]
    encoded = [_encoded(key) for key in keys]
    if not encoded or not all(encoded):
        raise ValueError("secret_key is empty: give a long random string, or a list of them, kept out of the code.")
    if not all(key.strip(b"*") for key in encoded):
        raise ValueError("secret_key is a secret that shows asterisks: give what it hides, as get_secret_value() does.")
    if min(map(len, encoded)) < shortest:
        raise ValueError(
            f"secret_key needs {shortest} bytes or more, each where there are several: keep one that "
            "secrets.token_hex() made outside of the code."
        )
    return encoded


def _encoded(key: Any) -> bytes:
    if isinstance(key, (bytes, bytearray)):
        return bytes(key)
    return b"" if key is None else str(key).encode()  # None is what an environment variable is that nobody has set
