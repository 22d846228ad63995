"""The numbers that a convertor's arguments allow."""

from __future__ import annotations

import math
from types import UnionType


class NumberRange:
    """The numbers from one bound to another, both included; None is no bound.

    Raises `TypeError` for a bound of another type than ``number``, and `ValueError` where no number is left.

    >>> 12 in NumberRange(1, 12, int), 0 in NumberRange(1, None, int)
    (True, False)
    """

    def __init__(self, least: float | None, most: float | None, number: type[int] | UnionType) -> None:
        for bound in (least, most):
            if bound is not None and not isinstance(bound, number):
                raise TypeError(f"a bound must be a {'whole ' if number is int else ''}number, not {bound!r}")
        self._least = -math.inf if least is None else least
        self._most = math.inf if most is None else most
        if not self._least <= self._most:
            raise ValueError(f"nothing is {self}: swap the bounds, or widen them")

    def __contains__(self, number: float) -> bool:
        return self._least <= number <= self._most

    def __str__(self) -> str:
        return f"at least {self._least} and at most {self._most}"
