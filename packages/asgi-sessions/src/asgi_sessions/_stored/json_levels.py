"""How deep JSON goes, told without going there."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)

_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def levels_of(encoded: str) -> int:
    """How many lists and objects are inside each other at most, in what may be JSON; linear in its length.

    >>> levels_of('1'), levels_of('[{"[": "]"}, []]')
    (0, 2)
    """
    return max(accumulate((_STEPS.get(mark, 0) for mark in _STRING.sub("", encoded)), initial=0))
