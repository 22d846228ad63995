"""The keys that sessions are signed or encrypted with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

_BYTES: tuple[type[Any], ...] = (bytes, bytearray, memoryview)


def secret_keys(given: object, *, shortest: int = 1) -> list[bytes]:
    """One key, or a sequence of them with the newest first, as bytes; of an object, what ``str()`` makes of it.

    Raises `ValueError` for none, for None or an empty one, for one of less than ``shortest`` bytes, for keys in no
    order, and for what is no key but has a text that others know as well: numbers, functions, objects without a text of
    their own, and secrets that hide themselves, whose text is asterisks.

    >>> secret_keys(["new", b"old"]), secret_keys("one")
    ([b'new', b'old'], [b'one'])
    """
    kind = type(given).__name__
    is_one = isinstance(given, (str, *_BYTES)) or not isinstance(given, Iterable)
    if not is_one and not isinstance(given, Sequence):
        raise ValueError(f"secret_key is a {kind}: give a list, with the newest key first.")
    keys: list[Any] = [given] if is_one else [*cast("Sequence[Any]", given)]
    encoded = [_encoded(key) for key in keys]
    if not encoded or not all(encoded):
        raise ValueError("secret_key is empty: give a long random string, or a list of them, kept out of the code.")
    if min(map(len, encoded)) < shortest:
        raise ValueError(
            f"secret_key needs {shortest} bytes or more, each where there are several: keep one that "
            "secrets.token_hex() made outside of the code."
        )
    return encoded


def _encoded(key: Any) -> bytes:
    if key is None:
        return b""  # what an environment variable is that nobody has set
    encoded = bytes(key) if isinstance(key, _BYTES) else str(key).encode()
    if hasattr(key, "get_secret_value") or (b"*" in encoded and not encoded.strip(b"b'\"*")):
        raise ValueError("secret_key is a secret that shows asterisks: give what it hides, as get_secret_value() does.")
    if not isinstance(key, (str, *_BYTES)) and _is_no_text(key, encoded):
        raise ValueError(
            f"secret_key is a {type(key).__name__}, whose text is no secret: give the key as text or bytes."
        )
    return encoded


def _is_no_text(key: object, text: bytes) -> bool:
    return callable(key) or isinstance(key, (int, float, Iterable)) or (text.startswith(b"<") and text.endswith(b">"))
