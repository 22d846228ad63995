"""Functions that divide a path into the texts of its parameters, in linear time as far as that can be had.

A convertor of the programmer's own may match slashes, and nothing is known of how. What is known all the same: the
segments of a pattern before the first such parameter, and before the first ``{name:path}``, are just as many segments
of the path, from its beginning on; those after the last one are the path's last. The two are matched by themselves, and
only what is between them is left to `re`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .convertor import Convertor
from .linear_match import linear_matcher
from .path_pattern import (
    PARAM_FORMAT_REGEX,
    compiled,
    format_expression,
    is_compiled,
    is_host,
    stays_in_segment,
)
from .text_match import Matcher, TextMatch

_NUMBERED_GROUP = re.compile(r"\\[1-9]|\(\?\(")
"""What refers to a group by its number, in which the groups before it count."""


def path_matcher(path_regex: re.Pattern[str], path_format: str, convertors: dict[str, Convertor[Any]]) -> Matcher:
    """What ``path_regex.match`` is, for a pattern with this ``path_format``."""
    backtracking = path_regex.match
    if not is_compiled(path_regex, path_format, convertors):
        return backtracking
    linear: Matcher | None = linear_matcher(path_format, convertors) or _outer_matcher(path_format, convertors)
    if linear is None:
        return backtracking
    # Backtracking is faster until there are some ten thousand ways to divide the path.
    longest = {2: 256, 3: 64}.get(len(convertors), 0)
    return lambda path: (linear if len(path) > longest else backtracking)(path)


def _outer_matcher(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> Matcher | None:
    """A matcher that leaves to `re` only what is between the outer segments; None where that is of no use."""
    head, middle, tail = _divided(path_format, convertors)
    is_of_use = linear_matcher(head, convertors) or linear_matcher(tail, convertors)
    if not (is_of_use and all(map(_stands_alone, convertors.values()))):
        return None
    match_head, match_tail = _part_matcher(head, convertors), _part_matcher(tail, convertors)
    expression = format_expression(middle, convertors)
    frame = re.compile(f"^([^/]*{_segments_of(head)}){expression}({_segments_of(tail)})\\Z")

    def match(path: str) -> TextMatch | None:
        found = frame.match(path)
        if found is None:
            return None
        above, below = match_head(found[1]), match_tail(found[frame.groups])
        if above is None or below is None:
            return None
        return TextMatch({**above.groupdict(), **found.groupdict(), **below.groupdict()})

    return match


def _divided(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> tuple[str, str, str]:
    """The segments before the first one that may be several, those up to the last such one, and those after it."""
    segments = path_format.split("/")
    open_ended = [number for number, segment in enumerate(segments) if not _is_single(segment, convertors)]
    if is_host(path_format) or not open_ended:
        return "", path_format, ""
    first, end = open_ended[0], open_ended[-1] + 1
    return "/".join(segments[:first]), "/".join(["", *segments[first:end]]), "/".join(["", *segments[end:]])


def _part_matcher(path_format: str, convertors: Mapping[str, Convertor[Any]]) -> Matcher:
    own = {name: convertors[name] for name in PARAM_FORMAT_REGEX.findall(path_format)}
    return path_matcher(compiled(path_format, own), path_format, own)


def _is_single(segment: str, convertors: Mapping[str, Convertor[Any]]) -> bool:
    return all(stays_in_segment(convertors[name]) for name in PARAM_FORMAT_REGEX.findall(segment))


def _stands_alone(convertor: Convertor[Any]) -> bool:
    """Whether an expression means the same with other groups before it."""
    try:
        re.compile(convertor.regex)
    except re.error:  # it closes the parameter's group, or refers to another one
        return False
    return _NUMBERED_GROUP.search(convertor.regex) is None


def _segments_of(path_format: str) -> str:
    return f"(?:/[^/]*){{{path_format.count('/')}}}"
