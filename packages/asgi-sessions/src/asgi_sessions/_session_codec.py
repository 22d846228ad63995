"""A session and its values as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, cast

DEEPEST: Final = 100
"""Lists and dicts that may be inside of each other in an entry, so that what was written can be read wherever it is."""

_decode: Final = json.JSONDecoder().raw_decode

_NESTING: Final = (dict, list, tuple)


def encode_session(session: dict[str, Any]) -> bytes:
    """The session as JSON; `TypeError` as of `encode_value`."""
    return _encoded(session, DEEPEST + 1).encode("ascii")


def encode_value(value: Any) -> str:
    """A value of a session as JSON; `TypeError` for what JSON has no form for, and for one that is too deep."""
    return _encoded(value, DEEPEST)


def _encoded(value: Any, deepest: int) -> str:
    try:
        encoded = json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"The session cannot be written as JSON: {error}. Keep str, int, float, bool, None, list and dict in it."
        ) from error
    if _is_deeper(value, encoded, deepest):
        raise TypeError(f"A session may have {DEEPEST} lists and dicts inside of each other in an entry, and no more.")
    return encoded


def _is_deeper(value: Any, encoded: str, deepest: int) -> bool:
    """Whether more lists and dicts than that are inside of each other; in time that is linear in the JSON's length."""
    if len(encoded) <= 2 * deepest or encoded.count("[") + encoded.count("{") <= deepest:
        return False
    level = [value]
    for _ in range(deepest):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, _NESTING)]
    return bool(level)


def _inside(nesting: dict[Any, Any] | list[Any]) -> Iterable[Any]:
    return nesting.values() if isinstance(nesting, dict) else nesting


def decode_session(encoded: bytes) -> dict[str, Any] | None:
    """The session that this JSON is, or None if it is something else."""
    try:
        text = encoded.decode().strip(" \t\r\n")  # its encoding need not be guessed, as json.loads does
        session, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(session, dict) or end != len(text) or _is_deeper(session, text, DEEPEST + 1):
        return None
    return cast("dict[str, Any]", session)


def is_same_session(encoded: bytes, received: bytes) -> bool:
    """Whether a session says what it said when it was received; that may have been written with other spaces."""
    return encoded == received or encoded == encode_session(json.loads(received))
