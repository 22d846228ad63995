"""Reads parameters from the segments by which the index has found a route, so that the path is not read twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._patterns.convertor import Convertor
from .._patterns.path_reader import SegmentReader, segment_reader

SegmentParams = dict[int, tuple[str, Convertor[Any]]]
"""What `BaseRoute.segment_params` gives."""

ParamsReader = Callable[[Sequence[str]], dict[str, Any] | None]
"""Gives the parameters for the segments of a path, or None if they do not fit."""


def params_reader(params: SegmentParams) -> ParamsReader:
    """The reader for parameters that are whole segments."""
    places = [(place, name) for place, (name, _) in params.items()]
    readers = [segment_reader(convertor) for _, convertor in params.values()]
    if any(readers):
        return _converted([(*place, read) for place, read in zip(places, readers, strict=True)])
    if len(places) == 1:
        [(first, name)] = places
        return lambda segments: {name: segments[first]}
    if len(places) == 2:
        [(first, name), (second, other)] = places
        return lambda segments: {name: segments[first], other: segments[second]}
    return lambda segments: {name: segments[place] for place, name in places}


def _converted(params: list[tuple[int, str, SegmentReader | None]]) -> ParamsReader:
    def read_all(segments: Sequence[str]) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        for place, name, read in params:
            segment = segments[place]
            values[name] = value = segment if read is None else read(segment)
            if value is None:
                return None
        return values

    return read_all
