"""Functions that read the parameters of one pattern from a path, each the cheapest that its pattern allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from .convertors import Convertor, StringConvertor
from .linear_match import linear_matcher, may_backtrack
from .path_pattern import is_compiled

PathReader = Callable[[str], dict[str, Any] | None]
"""Gives the parameters of a path, or None if the path does not fit."""

_Conversion = tuple[str, Callable[[str], Any]]


class _Match(Protocol):
    def groupdict(self) -> dict[str, Any]: ...


_Matcher = Callable[[str], _Match | None]


def path_reader(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> PathReader:
    """A reader that gives what ``path_regex`` and ``convertors`` would, for a pattern with this ``path_format``."""
    as_compiled = is_compiled(path_regex, path_format, convertors)
    if as_compiled and not convertors:
        return _literal(path_format)
    match: _Matcher = path_regex.match
    if as_compiled and may_backtrack(path_format, convertors):
        match = _linear_if_long(path_regex, path_format, convertors)
    conversions: list[_Conversion] = [
        (name, each.convert) for name, each in convertors.items() if type(each) is not StringConvertor
    ]
    if conversions:
        return _converted(match, conversions)
    if as_compiled and len(convertors) == 1:
        [(name, convertor)] = convertors.items()
        if path_format.endswith(f"/{{{name}}}") and convertor.regex == StringConvertor.regex:
            return _last_segment(path_format.removesuffix(f"{{{name}}}"), name)
    return _text(match)


def _literal(path: str) -> PathReader:
    return lambda asked: {} if asked == path else None


def _last_segment(above: str, name: str) -> PathReader:
    begin = len(above)

    def read(path: str) -> dict[str, Any] | None:
        value = path[begin:]
        return {name: value} if value and "/" not in value and path.startswith(above) else None

    return read


def _linear_if_long(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> _Matcher:
    # Backtracking is faster until there are some ten thousand ways to divide the path.
    longest = {2: 256, 3: 64}.get(len(convertors), 0)
    backtracking = path_regex.match
    linear = linear_matcher(path_format, convertors)
    return lambda path: (linear if len(path) > longest else backtracking)(path)


def _text(match_path: _Matcher) -> PathReader:
    def read(path: str) -> dict[str, Any] | None:
        match = match_path(path)
        return None if match is None else match.groupdict()

    return read


def _converted(match_path: _Matcher, conversions: list[_Conversion]) -> PathReader:
    def read(path: str) -> dict[str, Any] | None:
        match = match_path(path)
        if match is None:
            return None
        params = match.groupdict()
        try:
            for name, convert in conversions:
                params[name] = convert(params[name])
        except ValueError:  # such as more digits than Python will make an integer of
            return None
        return params

    return read
