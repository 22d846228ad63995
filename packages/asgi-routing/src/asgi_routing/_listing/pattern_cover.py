"""Which patterns take every path of another one, told by their segments.

A segment is literal text, one parameter, or a mixture. It covers another if it takes every text that can stand there,
and patterns whose segments cover one another one by one do so as a whole: what holds no slash cannot be divided in
another way. Where a parameter may hold a slash, a pattern is only covered by an equal one, and by one that comes to a
``{name:path}`` at its end before that. What is not known to be covered counts as not covered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

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
_EXPRESSIONS: Final[dict[type[Any], str]] = {
    **{kind: kind.regex for kind in (*_TEXT, *_NUMBERS, PathConvertor, DateConvertor, UUIDConvertor)},
    RegexConvertor: StringConvertor.regex,
}
"""The expressions by which convertors are what they are known for; an enum's are its own."""

_DEPENDS_ON_PLACE: Final = re.compile(r"\(\?(?!:)|(?<!\[)\^|\$|\\[bBAZ1-9]")
"""What makes an expression match a text in one place and not in another."""


class Segment:
    """One segment of a pattern. Those with an equal ``key`` are the same but for the names of parameters."""

    def __init__(self, text: str, convertors: Mapping[str, Convertor[Any]]) -> None:
        parts = PARAM_FORMAT_REGEX.split(text)
        literals, used = parts[::2], [convertors[name] for name in parts[1::2]]
        self.key: Hashable = (*literals, *map(convertor_key, used))
        self.convertor = used[0] if len(used) == 1 and not any(literals) else None
        self.kind = _known_kind(self.convertor)
        self.texts = (text,) if not used else alternatives(self.convertor) if self.convertor else ()
        self.is_single = not used or index_pattern(text, dict(convertors)) == text  # no slash can stand in it

    def covers(self, other: Segment) -> bool:
        """Whether this parameter takes every text of a segment in which no slash can stand."""
        if other.texts:
            return all(map(self._takes, other.texts))
        if self.kind is PathConvertor or (self.kind in _TEXT and self._bounds == (1, math.inf)):
            return True  # no parameter without a slash is without text
        (least, most), (least_of, most_of) = self._bounds, other._bounds
        if self.kind is FloatConvertor and other.kind is IntegerConvertor:
            return (least, most) == (0, math.inf)
        has_range = self.kind is StringConvertor or self.kind in _NUMBERS
        return has_range and self.kind is other.kind and least <= least_of and most_of <= most

    # Made once and when they are needed, since one parameter may be compared with all others.

    @cached_property
    def _takes(self) -> Callable[[str], bool]:
        return _taker(self.convertor, self.kind)

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        return _bounds(self.convertor)


class PatternCover(Generic[T]):
    """Patterns, each with something that belongs to it, to be asked which of them cover another pattern.

    What an answer costs depends on how the patterns share segments, not on how many they are.
    """

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._count = 0
        self.start: Place[T] = Place({}, [self._root], self._root)

    def add(self, pattern: Sequence[Segment], item: T) -> None:
        node = self._root
        for segment in pattern[:-1]:
            node = node.below(segment)
        last = pattern[-1]
        if last.kind is PathConvertor and all(segment.is_single for segment in pattern[:-1]):
            node.open_ended[self._count] = item
        node.below(last).ending[self._count] = item
        self._count += 1


class Place(NamedTuple, Generic[T]):
    """How far the segments of a pattern have come among the patterns of a cover."""

    found: dict[int, T]
    """What covers the pattern, however it goes on."""
    nodes: list[_Node[T]]
    """Where it is covered so far."""
    same: _Node[T] | None
    """Where patterns are that are equal so far."""

    def after(self, segments: Iterable[Segment]) -> Place[T]:
        """The place that these segments lead to, as long as no pattern is added."""
        found, nodes, same = self
        for segment in segments:
            for node in nodes:
                found = found | node.open_ended
            nodes = [below for node in nodes for below in node.covering(segment)] if segment.is_single else []
            same = same and same.same.get(segment.key)
        return Place(found, nodes, same)

    def covering(self) -> list[tuple[T, bool]]:
        """What belongs to the patterns that cover one that ends here, as added, and whether they are equal to it."""
        equal = self.same.ending if self.same else {}
        found = self.found | equal
        for node in self.nodes:
            found |= node.ending
        return [(found[number], number in equal) for number in sorted(found)]


class _Node(Generic[T]):
    """The patterns that are equal so far."""

    __slots__ = ("by_text", "ending", "open_ended", "others", "same", "wide")

    def __init__(self) -> None:
        self.same: dict[Hashable, _Node[T]] = {}
        self.wide: list[tuple[Segment, _Node[T]]] = []  # parameters that may cover another parameter
        self.others: list[tuple[Segment, _Node[T]]] = []  # parameters that cover only texts
        self.by_text: dict[str, list[tuple[Segment, _Node[T]]]] = {}  # those that cover only some few texts
        self.ending: dict[int, T] = {}  # the pattern ends here
        self.open_ended: dict[int, T] = {}  # the rest may be any number of segments

    def below(self, segment: Segment) -> _Node[T]:
        node = self.same.get(segment.key)
        if node is None:
            node = self.same[segment.key] = _Node()
            if segment.convertor is not None:
                for parameters in self._parameters_like(segment):
                    parameters.append((segment, node))
        return node

    def covering(self, segment: Segment) -> Iterator[_Node[T]]:
        same = self.same.get(segment.key)
        if same is not None:
            yield same
        parameters = [self.wide]
        if segment.texts:
            parameters += [self.others, min((self.by_text.get(text, []) for text in segment.texts), key=len)]
        for each in parameters:
            yield from (node for wider, node in each if node is not same and wider.covers(segment))

    def _parameters_like(self, segment: Segment) -> list[list[tuple[Segment, _Node[T]]]]:
        if segment.texts:
            return [self.by_text.setdefault(text, []) for text in segment.texts]
        return [self.wide if segment.kind in _WIDE else self.others]


def segments(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> list[Segment]:
    """The segments of a path format, after its first slash."""
    return [Segment(text, convertors) for text in path_format.split("/")[1:]]


def convertor_key(convertor: Convertor[Any]) -> Hashable:
    """What is equal for convertors that are known to take the same texts."""
    kind = _known_kind(convertor)
    if kind is None:
        return id(convertor)
    return kind, frozenset(alternatives(convertor)), _bounds(convertor), getattr(convertor, "_expression", None)


def _known_kind(convertor: Convertor[Any] | None) -> type | None:
    """The class of a convertor, if it is one of ours with the expression of ours."""
    kind = type(convertor)
    if convertor is None or not (
        convertor.regex == _EXPRESSIONS.get(kind) or (kind is EnumConvertor and alternatives(convertor))
    ):
        return None
    return kind


def _taker(convertor: Convertor[Any] | None, kind: type | None) -> Callable[[str], bool]:
    """Tells whether a parameter takes a text."""
    if convertor is None or (kind is None and _DEPENDS_ON_PLACE.search(convertor.regex)):
        return lambda _: False
    try:
        fits = re.compile(convertor.regex).fullmatch
    except re.error:  # it is one only with what is around it
        return lambda _: False

    def takes(text: str) -> bool:
        if fits(text) is None:
            return False
        try:
            convertor.convert(text)
        except Exception:
            return False
        return True

    return takes


def _bounds(convertor: Convertor[Any] | None) -> tuple[float, float]:
    """The lengths of the text, or the numbers, that a convertor takes."""
    found: NumberRange | None = None
    if isinstance(convertor, StringConvertor):
        found = convertor._lengths
    elif isinstance(convertor, _NUMBERS):
        found = convertor._range
    least = 1 if isinstance(convertor, _TEXT) else 0
    return (least, math.inf) if found is None else (max(least, found._least), found._most)
