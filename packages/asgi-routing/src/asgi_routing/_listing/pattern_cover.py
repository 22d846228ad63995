"""Which patterns take every path of another one, told by their segments.

A segment is literal text, one parameter, or a mixture. It covers another if it takes every text that can stand there,
and patterns whose segments cover one another one by one do so as a whole: what holds no slash cannot be divided in
another way. Where a parameter may hold a slash, a pattern is only covered by an equal one, and by one that comes to a
``{name:path}`` at its end before that. What is not known to be covered counts as not covered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from .._patterns.convertors import (
    Convertor,
    DateConvertor,
    EnumConvertor,
    FloatConvertor,
    IntegerConvertor,
    PathConvertor,
    RegexConvertor,
    SegmentConvertor,
    StringConvertor,
    UUIDConvertor,
)
from .._patterns.enum_convertor import alternatives
from .._patterns.number_range import NumberRange
from .._patterns.path_pattern import PARAM_FORMAT_REGEX, index_pattern

T = TypeVar("T")

_TEXT: Final = (StringConvertor, SegmentConvertor)
_NUMBERS: Final = (IntegerConvertor, FloatConvertor)
_WIDE: Final = frozenset((*_TEXT, *_NUMBERS, PathConvertor))
_KNOWN: Final = _WIDE | {DateConvertor, EnumConvertor, RegexConvertor, UUIDConvertor}

_DEPENDS_ON_PLACE: Final = re.compile(r"\(\?(?!:)|(?<!\[)\^|\$|\\[bBAZ1-9]")
"""What makes an expression match a text in one place and not in another."""


class Segment:
    """One segment of a pattern. Those with an equal ``key`` are the same but for the names of parameters."""

    __slots__ = ("convertor", "is_single", "key", "texts")

    def __init__(self, text: str, convertors: Mapping[str, Convertor[Any]]) -> None:
        parts = PARAM_FORMAT_REGEX.split(text)
        literals, used = parts[::2], [convertors[name] for name in parts[1::2]]
        self.key: Hashable = (*literals, *map(convertor_key, used))
        self.convertor = used[0] if len(used) == 1 and not any(literals) else None
        self.texts = (text,) if not used else alternatives(self.convertor) if self.convertor else ()
        self.is_single = not used or index_pattern(text, dict(convertors)) == text  # no slash can stand in it


class PatternCover(Generic[T]):
    """Patterns, each with something that belongs to it, to be asked which of them cover another pattern.

    What an answer costs depends on how the patterns share segments, not on how many they are.
    """

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._count = 0

    def add(self, pattern: Sequence[Segment], item: T) -> None:
        node = self._root
        for segment in pattern[:-1]:
            node = node.below(segment)
        last = pattern[-1]
        if type(last.convertor) is PathConvertor and all(segment.is_single for segment in pattern[:-1]):
            node.open_ended[self._count] = item
        node.below(last).ending[self._count] = item
        self._count += 1

    def covering(self, pattern: Sequence[Segment]) -> list[T]:
        """What belongs to the patterns that cover this one, in the order in which they were added."""
        found: dict[int, T] = {}
        nodes = [self._root]
        for segment in pattern:
            for node in nodes:
                found.update(node.open_ended)
            if not segment.is_single:
                nodes = self._equal(pattern)
                break
            nodes = [below for node in nodes for below in node.covering(segment)]
        for node in nodes:
            found.update(node.ending)
        return [found[number] for number in sorted(found)]

    def _equal(self, pattern: Sequence[Segment]) -> list[_Node[T]]:
        node: _Node[T] | None = self._root
        for segment in pattern:
            node = node and node.same.get(segment.key)
        return [node] if node else []


class _Node(Generic[T]):
    """The patterns that are equal so far."""

    __slots__ = ("ending", "open_ended", "others", "same", "wide")

    def __init__(self) -> None:
        self.same: dict[Hashable, _Node[T]] = {}
        self.wide: list[tuple[Convertor[Any], _Node[T]]] = []  # parameters that may cover another parameter
        self.others: list[tuple[Convertor[Any], _Node[T]]] = []  # parameters that cover only texts
        self.ending: dict[int, T] = {}  # the pattern ends here
        self.open_ended: dict[int, T] = {}  # the rest may be any number of segments

    def below(self, segment: Segment) -> _Node[T]:
        node = self.same.get(segment.key)
        if node is None:
            node = self.same[segment.key] = _Node()
            if segment.convertor is not None:
                (self.wide if type(segment.convertor) in _WIDE else self.others).append((segment.convertor, node))
        return node

    def covering(self, segment: Segment) -> Iterator[_Node[T]]:
        same = self.same.get(segment.key)
        if same is not None:
            yield same
        for parameters in (self.wide, self.others if segment.texts else ()):
            yield from (node for each, node in parameters if node is not same and _covers(each, segment))


def segments(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> list[Segment]:
    """The segments of a path format."""
    return [Segment(text, convertors) for text in path_format.split("/")]


def convertor_key(convertor: Convertor[Any]) -> Hashable:
    """What is equal for convertors that are known to take the same texts."""
    kind = type(convertor)
    if kind not in _KNOWN:
        return id(convertor)
    texts = frozenset(alternatives(convertor)) or convertor.regex
    return kind, texts, _bounds(convertor), getattr(convertor, "_expression", None)


def _covers(convertor: Convertor[Any], segment: Segment) -> bool:
    """Whether a parameter takes every text of a segment in which no slash can stand."""
    if segment.texts:
        return all(_takes(convertor, text) for text in segment.texts)
    if type(convertor) is PathConvertor or (type(convertor) in _TEXT and _bounds(convertor) == (1, math.inf)):
        return True  # no parameter without a slash is without text
    return segment.convertor is not None and _has_range(convertor, segment.convertor)


def _takes(convertor: Convertor[Any], text: str) -> bool:
    if type(convertor) not in _KNOWN and _DEPENDS_ON_PLACE.search(convertor.regex):
        return False
    if re.fullmatch(convertor.regex, text) is None:
        return False
    try:
        convertor.convert(text)
    except Exception:
        return False
    return True


def _bounds(convertor: Convertor[Any]) -> tuple[float, float]:
    """The lengths of the text, or the numbers, that a convertor takes."""
    found: NumberRange | None = None
    if isinstance(convertor, StringConvertor):
        found = convertor._lengths
    elif isinstance(convertor, _NUMBERS):
        found = convertor._range
    least = 1 if isinstance(convertor, _TEXT) else 0
    return (least, math.inf) if found is None else (max(least, found._least), found._most)


def _has_range(convertor: Convertor[Any], narrower: Convertor[Any]) -> bool:
    kind, (least, most) = type(convertor), _bounds(convertor)
    if kind is FloatConvertor and type(narrower) is IntegerConvertor:
        return (least, most) == (0, math.inf)
    least_of, most_of = _bounds(narrower)
    return kind is type(narrower) and kind in (StringConvertor, *_NUMBERS) and least <= least_of and most_of <= most
