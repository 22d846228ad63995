"""Matches in linear time the patterns that backtracking may take quadratic time for, or worse.

``/{a}-{b}.json`` leaves open which hyphen is meant, so `re` tries them all. Here it is done in two passes. From right
to left: where may the rest of the pattern begin, if it is to reach the path's end? That is found for each part of the
pattern from what is known of the part after it, for all positions at once. Then from left to right: each parameter
takes the longest text that ends where the rest may begin, which is the one that `re` finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from .convertor import Convertor
from .convertors import DateConvertor, FloatConvertor, IntegerConvertor, PathConvertor, StringConvertor, UUIDConvertor
from .enum_convertor import alternatives
from .path_pattern import literals_and_names, pattern_flags
from .text_match import TextMatch


def linear_matcher(
    path_format: str, convertors: Mapping[str, Convertor[Any]]
) -> Callable[[str], TextMatch | None] | None:
    """What ``match`` of the compiled pattern is, for paths that are not empty.

    None where it is not needed, because no parameter before the last one may end at several places, and where it cannot
    be had, because a convertor's expression is not one of ours.
    """
    (*literals, tail), names = literals_and_names(path_format)
    kinds = [kind for name in names if (kind := _kind(convertors[name])) is not None]
    if len(kinds) < len(names) or not any(map(_in_doubt, kinds, literals[1:])):
        return None
    flags = pattern_flags(path_format)
    expressions = [re.compile(convertors[name].regex, flags) for name in names]

    def match(path: str) -> TextMatch | None:
        positions = _Positions(path, flags)
        begins = positions.before_text(tail, positions.end)
        ends: list[int] = []  # where each parameter may end, the last parameter first
        for literal, kind in zip(reversed(literals), reversed(kinds), strict=True):
            ends.append(begins)
            begins = positions.before_text(literal, kind.before(positions, begins))
        if not begins & positions.start:
            return None
        texts: dict[str, str] = {}
        at = 0
        for literal, name, expression in zip(literals, names, expressions, strict=True):
            start = at + len(literal)
            at = _last_end(expression, path, start, ends.pop())
            texts[name] = path[start:at]
        return TextMatch(texts)

    return match


def _last_end(expression: re.Pattern[str], path: str, start: int, ends: int) -> int:
    """The last of ``ends`` that the expression reaches from ``start``, where there is one.

    Few are tried in vain: only a float's expression, between a dot and its first digit, and an enum's, within the
    length of its texts, pass by ends that they do not reach.
    """
    furthest = expression.match(path, start).end()  # type: ignore[union-attr]
    ends >>= len(path) - furthest
    while True:
        last = furthest - (ends & -ends).bit_length() + 1
        if expression.fullmatch(path, start, last):
            return last
        ends &= ends - 1


class _Positions:
    """Sets of positions in one path.

    A set is an integer. Its bit 0 is the end of the path, bit 1 the position before the last character, and so on, so
    that ``<< 1`` goes back by one character with all positions of a set at once.
    """

    end = 1

    def __init__(self, path: str, flags: re.RegexFlag) -> None:
        self.start = 1 << len(path)
        self._path = path
        self._flags = flags
        self._behind: dict[str, int] = {}

    def before_text(self, text: str, after: int) -> int:
        """The positions from which the text leads to one of those after it."""
        if len(text) < 2:
            return self.before_times(len(text), re.escape(text), after)
        bits = bytearray(b"0" * (len(self._path) + 1))
        for start in self._starts_of(text):
            bits[start] = ord("1")
        return after << len(text) & int(bits, 2)

    def before_times(self, count: int, characters: str, after: int) -> int:
        """The positions from which so many characters of a class lead to one of those after them."""
        for _ in range(count):
            after = (after & self._behind_each(characters)) << 1
        return after

    def before_some(self, characters: str, after: int) -> int:
        """The positions from which one or more characters of a class lead to one of those after them."""
        return self.before_any_number(characters, self.before_times(1, characters, after))

    def before_any_number(self, characters: str, after: int) -> int:
        """The positions from which any number of characters of a class, or none, leads to one of those after them."""
        # After R. Cameron and others, "Bitwise data parallelism in regular expression matching" (2014): the carry of an
        # addition runs through all neighbouring characters of the class at once.
        behind = self._behind_each(characters)
        return ((after & behind) + behind ^ behind) | after

    def _behind_each(self, characters: str) -> int:
        """The positions right behind a character of a class."""
        if characters not in self._behind:
            bits = bytearray(b"0" * len(self._path))
            for run in re.finditer(f"{characters}+", self._path, self._flags):
                bits[run.start() : run.end()] = b"1" * (run.end() - run.start())
            self._behind[characters] = int(bits, 2)
        return self._behind[characters]

    def _starts_of(self, text: str) -> Iterator[int]:
        expression = re.compile(re.escape(text), self._flags)
        found = expression.search(self._path)
        while found is not None:
            yield found.start()
            found = expression.search(self._path, found.start() + 1)


class _Kind(NamedTuple):
    """What is to be known of a kind of parameter."""

    doubtful: str
    """The class of the characters that leave in doubt where it ends, if one follows it."""
    before: Callable[[_Positions, int], int]
    """From the positions after it to those before it."""


def _before_text(positions: _Positions, after: int) -> int:
    return positions.before_some("[^/]", after)


def _before_path(positions: _Positions, after: int) -> int:
    return positions.before_any_number(".", after)


def _before_integer(positions: _Positions, after: int) -> int:
    return positions.before_some("[0-9]", after)


def _before_float(positions: _Positions, after: int) -> int:
    integer = _before_integer(positions, after)
    return integer | _before_integer(positions, positions.before_text(".", integer))


def _before_uuid(positions: _Positions, after: int) -> int:
    begins = positions.before_times(12, "[0-9a-fA-F]", after)
    for count in (4, 4, 4, 8):
        begins |= positions.before_text("-", begins)
        begins = positions.before_times(count, "[0-9a-fA-F]", begins)
    return begins


def _before_date(positions: _Positions, after: int) -> int:
    begins = positions.before_times(2, "[0-9]", after)
    for count in (2, 4):
        begins = positions.before_times(count, "[0-9]", positions.before_text("-", begins))
    return begins


def _enum(texts: tuple[str, ...]) -> _Kind:
    def before(positions: _Positions, after: int) -> int:
        begins = 0
        for text in texts:
            begins |= positions.before_text(text, after)
        return begins

    return _Kind("[^/]", before)


_NO_CHARACTER = "(?!)"

_KINDS = {
    StringConvertor.regex: _Kind("[^/]", _before_text),
    PathConvertor.regex: _Kind(".", _before_path),
    IntegerConvertor.regex: _Kind("[0-9]", _before_integer),
    FloatConvertor.regex: _Kind("[0-9.]", _before_float),
    UUIDConvertor.regex: _Kind(_NO_CHARACTER, _before_uuid),
    DateConvertor.regex: _Kind(_NO_CHARACTER, _before_date),
}
"""The kinds by their expressions, which those of other names, with arguments or of subclasses may share."""


def _kind(convertor: Convertor[Any]) -> _Kind | None:
    texts = alternatives(convertor)
    return _enum(texts) if texts else _KINDS.get(convertor.regex)


def _in_doubt(kind: _Kind, following: str) -> bool:
    return not following or re.match(kind.doubtful, following) is not None
