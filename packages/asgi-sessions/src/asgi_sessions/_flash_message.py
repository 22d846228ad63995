"""A message that one page leaves for the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

PREFIX: Final = "_flash."


class FlashMessage(NamedTuple):
    """What `Session.flash` was given."""

    message: str
    category: str


def flash_key(keys: Iterable[object]) -> str:
    """A key for the next message: those of one session sort by age, and those of two requests at once differ."""
    from secrets import token_hex
    from time import time_ns

    waiting = sum(_is_key(key) for key in keys)  # a clock may give the same time twice
    return f"{PREFIX}{time_ns():016x}.{waiting:04x}.{token_hex(4)}"


def is_flash(key: object, value: object) -> bool:
    """Whether this entry of a session is a message."""
    match value:
        case [str(), str()]:
            return _is_key(key)
        case _:
            return False


def _is_key(key: object) -> bool:
    return isinstance(key, str) and key.startswith(PREFIX)  # a session that was just made may have other keys
