"""Functions that read the parameters of one pattern from a path, each the cheapest that its pattern allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from asgi_types import ENCODED_SLASH

from .convertor import REFUSALS, Convertor
from .convertors import (
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
from .path_pattern import is_compiled, is_host, stays_in_segment
from .text_match import Matcher, TextMatch

PathReader = Callable[[str], dict[str, Any] | None]
"""Gives the parameters of a path, or None if the path does not fit."""

SegmentReader = Callable[[str], Any]
"""Gives the value of a segment, or None if the segment does not fit."""

_OF_SEGMENTS = (
    *(StringConvertor, IntegerConvertor, FloatConvertor, UUIDConvertor),
    *(DateConvertor, EnumConvertor, RegexConvertor),
)
"""The convertors whose values are never None, so that whole segments can be read by them."""

_ANY_SEGMENT: Final = StringConvertor.regex

_Conversion = tuple[str, Callable[[str], Any]]


def path_reader(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> PathReader:
    """A reader that gives what ``path_regex`` and ``convertors`` would, for a pattern with this ``path_format``."""
    if not is_host(path_format) and is_compiled(path_regex, path_format, convertors):
        if not convertors:
            return _literal(path_format)
        above, _, last = path_format.rpartition("/")
        name = last[1:-1]
        if [*convertors] == [name] and _is_segment_text(convertors[name]):
            return _last_segment(f"{above}/", name)
    return _reader(_matcher(path_regex, path_format, convertors), convertors)


def encoded_path_reader(
    path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]
) -> PathReader:
    """A reader for paths that contain `asgi_types.ENCODED_SLASH`, which is a slash in the text of a parameter only."""
    match_path = _matcher(path_regex, path_format, convertors)

    def match(path: str) -> TextMatch | None:
        found = match_path(path)
        if found is None:
            return None
        return TextMatch({name: text.replace(ENCODED_SLASH, "/") for name, text in found.groupdict().items()})

    return _reader(match, convertors)


def _reader(match: Matcher, convertors: dict[str, Convertor[Any]]) -> PathReader:
    conversions = [(name, _conversion(each)) for name, each in convertors.items() if not _is_text(each)]
    return _converted(match, conversions) if conversions else _text(match)


def _matcher(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> Matcher:
    if len(convertors) < 2:
        return path_regex.match
    from .path_matcher import path_matcher  # only several parameters can leave in doubt where each ends

    return path_matcher(path_regex, path_format, convertors)


def reads_segment(convertor: Convertor[Any]) -> bool:
    """Whether what a convertor makes of a whole segment can be read by `segment_reader`."""
    return _is_segment_text(convertor) or (type(convertor) in _OF_SEGMENTS and stays_in_segment(convertor))


def segment_reader(convertor: Convertor[Any]) -> SegmentReader | None:
    """What reads a whole segment by a convertor; None where the value is the segment."""
    if _is_segment_text(convertor):
        return None
    fits = re.compile(convertor.regex).fullmatch

    def read(segment: str) -> Any:
        if fits(segment) is None:
            return None
        try:
            return convertor.convert(segment)
        except REFUSALS:
            return None

    return read


def _is_segment_text(convertor: Convertor[Any]) -> bool:
    return _is_text(convertor) and convertor.regex == _ANY_SEGMENT


def _is_text(convertor: Convertor[Any]) -> bool:
    """Whether what a convertor gives is the very text that its expression matches."""
    if type(convertor) is StringConvertor:
        return convertor._lengths is None
    return type(convertor) in (PathConvertor, SegmentConvertor)


def _conversion(convertor: Convertor[Any]) -> Callable[[str], Any]:
    return int if type(convertor) is IntegerConvertor and convertor._range is None else convertor.convert


def _literal(path: str) -> PathReader:
    return lambda asked: {} if asked == path else None


def _last_segment(above: str, name: str) -> PathReader:
    begin = len(above)

    def read(path: str) -> dict[str, Any] | None:
        value = path[begin:]
        return {name: value} if value and "/" not in value and path.startswith(above) else None

    return read


def _text(match_path: Matcher) -> PathReader:
    def read(path: str) -> dict[str, Any] | None:
        match = match_path(path)
        return None if match is None else match.groupdict()

    return read


def _converted(match_path: Matcher, conversions: Iterable[_Conversion]) -> PathReader:
    def read(path: str) -> dict[str, Any] | None:
        match = match_path(path)
        if match is None:
            return None
        params = match.groupdict()
        try:
            for name, convert in conversions:
                params[name] = convert(params[name])
        except REFUSALS:
            return None
        return params

    return read
