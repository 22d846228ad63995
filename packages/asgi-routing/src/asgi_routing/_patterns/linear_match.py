"""Matches in linear time the patterns that backtracking may take quadratic time for, or worse.

``/{a}-{b}.json`` leaves open which hyphen is meant, so `re` tries them all. Here the positions from which the rest of
the pattern can match are found first, part by part from the right. Then each parameter takes the longest text that
ends at such a position, which is the one `re` finds. A set of positions is an integer whose bit 0 is the path's end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .convertors import Convertor, FloatConvertor, IntegerConvertor, PathConvertor, StringConvertor, UUIDConvertor
from .path_pattern import PARAM_FORMAT_REGEX

_Characters = Callable[[str], int]
"""The positions in a path of the characters of a class."""

_DOUBTFUL = {
    StringConvertor.regex: "[^/]",
    PathConvertor.regex: ".",
    IntegerConvertor.regex: "[0-9]",
    FloatConvertor.regex: "[0-9.]",
    UUIDConvertor.regex: "(?!)",
}
"""The characters that may follow a parameter and leave in doubt where it ends."""


class LinearMatch:
    """What readers of paths need of an `re.Match`."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def groupdict(self) -> dict[str, str]:
        """The text of each parameter."""
        return self._texts


def may_backtrack(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> bool:
    """Whether a parameter before the last one may end at several places; only known if all convertors are ours."""
    if any(convertor.regex not in _DOUBTFUL for convertor in convertors.values()):
        return False
    parts = PARAM_FORMAT_REGEX.split(path_format)[1:-2]
    return any(
        not literal or re.match(_DOUBTFUL[convertors[name].regex], literal)
        for name, literal in zip(parts[::2], parts[1::2], strict=True)
    )


def linear_matcher(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> Callable[[str], LinearMatch | None]:
    """What ``match`` of the compiled pattern is, for paths that are not empty; all convertors must be ours."""
    *parts, tail = PARAM_FORMAT_REGEX.split(path_format)
    parameters = [
        (literal, name, convertors[name].regex) for literal, name in zip(parts[::2], parts[1::2], strict=True)
    ]

    def match(path: str) -> LinearMatch | None:
        characters = _characters(path)
        positions = _before_literal(1, path, tail)
        ends: list[int] = []
        for literal, _, regex in reversed(parameters):
            ends.append(positions)
            positions = _before_literal(_BEFORE[regex](positions, characters), path, literal)
        if not positions >> len(path):
            return None
        texts: dict[str, str] = {}
        end = 0
        for literal, name, regex in parameters:
            start = end + len(literal)
            end = _longest(regex, path, start, ends.pop())
            texts[name] = path[start:end]
        return LinearMatch(texts)

    return match


def _longest(regex: str, path: str, start: int, ends: int) -> int:
    """The last of ``ends`` that the expression reaches from ``start``, where there is one."""
    expression = re.compile(regex)
    furthest = expression.match(path, start).end()  # type: ignore[union-attr]
    ends >>= len(path) - furthest
    while True:
        last = furthest - (ends & -ends).bit_length() + 1
        if expression.fullmatch(path, start, last):
            return last
        ends &= ends - 1


def _characters(path: str) -> _Characters:
    def positions(of_class: str) -> int:
        bits = bytearray(b"0" * len(path))
        for run in re.finditer(f"{of_class}+", path):
            bits[run.start() : run.end()] = b"1" * (run.end() - run.start())
        return int(bits, 2)

    return positions


def _before_literal(positions: int, path: str, literal: str) -> int:
    if not literal:
        return positions
    bits = bytearray(b"0" * (len(path) + 1))
    at = path.find(literal)
    while at >= 0:
        bits[at] = ord("1")
        at = path.find(literal, at + 1)
    return positions << len(literal) & int(bits, 2)


# The next two follow R. Cameron and others, "Bitwise data parallelism in regular expression matching" (2014): the
# carry of an addition runs through all neighbouring characters of a class at once.
def _before_any_number(positions: int, of_class: int) -> int:
    return ((positions & of_class) + of_class ^ of_class) | positions


def _before_some(positions: int, of_class: int) -> int:
    return _before_any_number((positions & of_class) << 1, of_class)


def _before_float(positions: int, characters: _Characters) -> int:
    digits = characters("[0-9]")
    integer = _before_some(positions, digits)
    return integer | _before_some((integer & characters("[.]")) << 1, digits)


def _before_uuid(positions: int, characters: _Characters) -> int:
    digits, hyphens = characters("[0-9a-fA-F]"), characters("-")
    for count in (12, 4, 4, 4, 8):
        positions |= (positions & hyphens) << 1 if count < 12 else 0
        for _ in range(count):
            positions = (positions & digits) << 1
    return positions


_BEFORE: dict[str, Callable[[int, _Characters], int]] = {
    StringConvertor.regex: lambda positions, characters: _before_some(positions, characters("[^/]")),
    PathConvertor.regex: lambda positions, characters: _before_any_number(positions, characters(".")),
    IntegerConvertor.regex: lambda positions, characters: _before_some(positions, characters("[0-9]")),
    FloatConvertor.regex: _before_float,
    UUIDConvertor.regex: _before_uuid,
}
"""From the positions after a parameter to those before it."""
