"""A default that was given out, and may be changed inside by who has it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from ._session_codec import encode_value

MISSING: Final = object()
"""Stands for an entry that is not there."""


class LentValue:
    """A copy of ``default``, and what was in the session in its place: something of another type, or `MISSING`.

    >>> lent = LentValue([], MISSING)
    >>> lent.is_changed(), lent.value.append("tea"), lent.is_changed()
    (False, None, True)
    """

    __slots__ = ("_before", "shadowed", "value")

    def __init__(self, default: Any, shadowed: object) -> None:
        self.value = deepcopy(default)
        self.shadowed = shadowed
        self._before = encode_value(default)

    def is_changed(self) -> bool:
        """Whether it is not what it was; what cannot be written was changed, and will be refused when it is."""
        try:
            return encode_value(self.value) != self._before
        except TypeError:
            return True
